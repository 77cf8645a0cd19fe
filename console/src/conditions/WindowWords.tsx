import { useTranslation } from 'react-i18next'

import css from './Conditions.module.css'
import { calendarWords, CALENDAR } from './lengths'
import type { Window } from './model'
import { marks } from './slots'
import { Line } from './Line'
import { DayWord, LengthWord, Pick, type Choice } from './tokens'

interface Props {
  during: Window | undefined
  onChange: (during: Window | undefined) => void
}

/** When: a choice of kinds, and what the chosen kind needs. */
export function WindowWords({ during, onChange }: Props) {
  const { t } = useTranslation()
  const label = t('conditions.window.label')
  const choices = useChoices(during)
  const kind = (
    <Pick key="kind" label={label} value={kindOf(during)} choices={choices} onChange={(next) => onChange(windowOf(next))} />
  )
  if (!during || 'calendar' in during) return kind
  if ('last' in during) {
    return (
      <span className={css.pair}>
        {kind}
        <LengthWord label={label} value={during.last} onChange={(last) => onChange({ last })} />
      </span>
    )
  }
  if ('between' in during) {
    const [oldest, newest] = during.between
    return (
      <>
        {kind}
        <Line
          text={t('conditions.window.between', marks('oldest', 'newest'))}
          slots={{
            oldest: <LengthWord label={label} value={oldest} onChange={(next) => onChange({ between: [next, newest] })} />,
            newest: <LengthWord label={label} value={newest} onChange={(next) => onChange({ between: [oldest, next] })} />,
          }}
        />
      </>
    )
  }
  const span = during as { from?: string; to?: string }
  const set = (change: typeof span) => onChange(cleaned({ ...span, ...change }))
  return (
    <>
      {kind}
      <Line
        text={t('conditions.window.fromTo', marks('from', 'to'))}
        slots={{
          from: <DayWord label={label} value={span.from ?? ''} onChange={(from) => set({ from })} />,
          to: <DayWord label={label} value={span.to ?? ''} onChange={(to) => set({ to })} />,
        }}
      />
    </>
  )
}

function useChoices(during: Window | undefined): Choice[] {
  const { t, i18n } = useTranslation()
  const calendar = CALENDAR.flatMap((unit) => [0, 1].map((ago) => ({ calendar: unit as string, ago })))
  if (during && 'calendar' in during && (during.ago ?? 0) > 1) calendar.push({ calendar: during.calendar, ago: during.ago ?? 0 })
  return [
    { value: 'any', label: t('conditions.window.any') },
    { value: 'last', label: t('conditions.window.lastChoice') },
    { value: 'between', label: t('conditions.window.betweenChoice') },
    { value: 'span', label: t('conditions.window.spanChoice') },
    ...calendar.map(({ calendar: unit, ago }) => ({ value: `${unit}:${ago}`, label: calendarWords(i18n.language, unit, ago) })),
  ]
}

function kindOf(during: Window | undefined): string {
  if (!during) return 'any'
  if ('last' in during) return 'last'
  if ('between' in during) return 'between'
  return 'calendar' in during ? `${during.calendar}:${during.ago ?? 0}` : 'span'
}

function windowOf(kind: string): Window | undefined {
  if (kind === 'any') return undefined
  if (kind === 'last') return { last: '30d' }
  if (kind === 'between') return { between: ['60d', '30d'] }
  if (kind === 'span') return { from: new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10) }
  const [calendar = 'day', ago] = kind.split(':')
  return Number(ago) ? { calendar, ago: Number(ago) } : { calendar }
}

function cleaned({ from, to }: { from?: string; to?: string }): Window {
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) }
}
