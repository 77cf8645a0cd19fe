import { useTranslation } from 'react-i18next'

import { Choice } from './Choice'
import css from './Editor.module.css'
import { TypedChip } from './Inputs'

const LENGTHS = ['24h', '7d', '14d', '30d', '90d', '180d', '365d'] as const
type Length = (typeof LENGTHS)[number]

interface Props {
  from: string | undefined
  to: string | undefined
  onChange: (range: { from?: string; to?: string }) => void
  /** Words for "as each question has it"; only where there is something to leave as it is. */
  none?: string
}

/** The last so many days, or from one day to another (that one not included). */
export function Range({ from, to, onChange, none }: Props) {
  const { t } = useTranslation()
  const usual = none ? 'none' : '30d'
  const chosen = to || (from && !LENGTHS.includes(from as Length)) ? 'dates' : (from ?? usual)
  const options = [
    ...(none ? [{ value: 'none', label: none }] : []),
    ...LENGTHS.map((length) => ({ value: length as string, label: t(`insights.last.${length}`) })),
    { value: 'dates', label: t('insights.last.dates') },
  ]
  const choose = (value: string) => {
    if (value === 'none') onChange({ from: undefined, to: undefined })
    else if (value === 'dates') onChange({ from: daysAgo(30), to: daysAgo(-1) })
    else onChange({ from: value, to: undefined })
  }
  return (
    <span className={css.inline}>
      <Choice label={t('insights.edit.range')} options={options} value={chosen} onChange={choose} />
      {chosen === 'dates' && (
        <>
          <TypedChip type="date" label={t('insights.edit.fromDay')} value={day(from)} onChange={(next) => onChange({ from: next || undefined, to })} />
          <span aria-hidden>–</span>
          <TypedChip type="date" label={t('insights.edit.toDay')} value={day(to)} onChange={(next) => onChange({ from, to: next || undefined })} />
        </>
      )}
    </span>
  )
}

function day(text: string | undefined): string {
  return /^\d{4}-\d\d-\d\d/.exec(text ?? '')?.[0] ?? ''
}

function daysAgo(count: number): string {
  const at = new Date()
  at.setDate(at.getDate() - count)
  return at.toLocaleDateString('sv')
}
