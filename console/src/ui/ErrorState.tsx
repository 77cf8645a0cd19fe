import { RotateCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { useErrorWords } from '@/api/useErrorWords'

import { Button } from './Button'
import css from './State.module.css'

interface Props {
  error: unknown
  onRetry?: () => void
}

/** Says what happened, why, and what to do. */
export function ErrorState({ error, onRetry }: Props) {
  const { t } = useTranslation()
  const { message, hint } = useErrorWords()(error)
  return (
    <div className={css.state} role="alert">
      <p className={css.title}>{message}</p>
      {hint && <p className={css.body}>{hint}</p>}
      {onRetry && (
        <div className={css.action}>
          <Button icon={RotateCw} onPress={onRetry}>
            {t('ui.retry')}
          </Button>
        </div>
      )}
    </div>
  )
}
