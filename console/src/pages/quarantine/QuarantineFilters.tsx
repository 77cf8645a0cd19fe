import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { sourcesQuery } from '@/api/queries'
import type { QuarantineFilter, ReasonCount } from '@/api/quarantine'
import { Select } from '@/ui/Select'
import { useFormat } from '@/ui/useFormat'

import css from './Quarantine.module.css'
import { reasonWords } from './reasonWords'

interface Props {
  filter: QuarantineFilter
  onChange: (change: QuarantineFilter) => void
  reasons: readonly ReasonCount[]
  total: number
}

const STATUSES = ['open', 'redriven', 'discarded', 'all'] as const

/** Reasons with their counts first: the pattern is what one corrects. */
export function QuarantineFilters({ filter, onChange, reasons, total }: Props) {
  const { t } = useTranslation()
  const sources = useQuery(sourcesQuery).data?.items ?? []
  return (
    <>
      <Reasons chosen={filter.reason} reasons={reasons} total={total} onChoose={(reason) => onChange({ reason })} />
      <Select
        label={t('live.facts.status')}
        labelAt="inside"
        options={STATUSES.map((status) => ({ value: status, label: t(`quarantine.status.${status}`) }))}
        value={filter.status ?? 'open'}
        onChange={(status) => onChange({ status: status === 'open' ? undefined : status, reason: undefined })}
      />
      <Select
        label={t('live.source')}
        labelAt="inside"
        options={[{ value: '', label: t('ui.all') }, ...sources.map(({ slug, name }) => ({ value: slug, label: name }))]}
        value={filter.source ?? ''}
        onChange={(source) => onChange({ source: source || undefined })}
      />
    </>
  )
}

interface ReasonsProps {
  chosen: string | undefined
  reasons: readonly ReasonCount[]
  total: number
  onChoose: (reason: string | undefined) => void
}

function Reasons({ chosen, reasons, total, onChoose }: ReasonsProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const choices = [
    { reason: undefined, title: t('ui.all'), count: total },
    ...reasons.map((one) => ({ reason: one.reason, title: reasonWords(t, one).title, count: one.count })),
  ]
  return (
    <div role="group" aria-label={t('quarantine.why')} className={css.reasons}>
      {choices.map(({ reason, title, count }) => (
        <button key={reason ?? ''} type="button" aria-pressed={chosen === reason} className={css.reason} onClick={() => onChoose(reason)}>
          {title}
          <span>{format.number(count)}</span>
        </button>
      ))}
    </div>
  )
}
