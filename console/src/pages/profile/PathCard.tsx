import { useTranslation } from 'react-i18next'

import type { Evidence } from '@/api/people'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import { Label } from './Label'
import css from './Profile.module.css'

interface Props {
  a: string
  b: string
  path: Evidence[] | null | undefined
  error: unknown
  onClear: () => void
}

/** The chain of evidence by which two identifiers are one person. */
export function PathCard({ a, b, path, error, onClear }: Props) {
  const { t } = useTranslation()
  return (
    <Card
      title={t('profile.path.title')}
      actions={
        <Button size="small" variant="ghost" onPress={onClear}>
          {t('profile.path.clear')}
        </Button>
      }
    >
      {error ? <ErrorState error={error} /> : !path ? <Skeleton lines={3} /> : path.length === 0 ? <p>{t('profile.path.none')}</p> : <Chain a={a} b={b} path={path} />}
    </Card>
  )
}

function Chain({ a, path }: { a: string; b: string; path: Evidence[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const steps: { evidence: Evidence; to: string }[] = []
  let at = a
  for (const evidence of path) {
    at = evidence.a === at ? evidence.b : evidence.a
    steps.push({ evidence, to: at })
  }
  return (
    <ol className={css.chain} aria-label={t('profile.path.title')}>
      <li>
        <Label of={a} />
      </li>
      {steps.map(({ evidence, to }) => (
        <li key={to}>
          <span className={css.link}>
            {evidence.kind === 'manual'
              ? t('profile.evidence.manual')
              : t('profile.path.seen', { count: evidence.count, formatted: format.number(evidence.count), days: format.dates(evidence.first_seen, evidence.last_seen) })}
          </span>
          <Label of={to} />
        </li>
      ))}
    </ol>
  )
}
