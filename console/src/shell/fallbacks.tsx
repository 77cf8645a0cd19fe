import { useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { ButtonLink } from '@/ui/ButtonLink'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'

import css from './fallbacks.module.css'

/** While a page's code is on its way. */
export function PagePending() {
  return (
    <div className={css.fallback}>
      <Skeleton lines={2} />
      <Skeleton height={120} />
      <Skeleton height={240} />
    </div>
  )
}

export function PageError({ error }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <div className={css.fallback}>
      <ErrorState error={error} onRetry={() => void router.invalidate()} />
    </div>
  )
}

export function NotFound() {
  const { t } = useTranslation()
  return (
    <main className={css.fallback}>
      <EmptyState
        title={t('shell.missing')}
        action={
          <ButtonLink to="/" variant="primary">
            {t('shell.goHome')}
          </ButtonLink>
        }
      />
    </main>
  )
}
