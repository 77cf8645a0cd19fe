import { useQuery } from '@tanstack/react-query'
import { ChartColumn, Table2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { SourceVolume } from '@/api/catalogue'
import { sourcesQuery } from '@/api/queries'
import { classes } from '@/ui/classes'
import { IconButton } from '@/ui/IconButton'
import { Num } from '@/ui/Num'
import { PlainTable } from '@/ui/PlainTable'
import { SegmentedControl } from '@/ui/SegmentedControl'
import { useFormat } from '@/ui/useFormat'

import css from './Events.module.css'
import { gathered, perDay, type Part } from './volumes'

const SPANS = ['14', '30', '90'] as const

interface Props {
  volumes: readonly SourceVolume[]
  days: string
  onDays: (days: string) => void
}

/** Events a day, by source: as bars, or as a table of the same numbers. */
export function VolumeChart({ volumes, days, onDays }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const [table, setTable] = useState(false)
  const names = useQuery(sourcesQuery).data?.items ?? []
  const parts = gathered(volumes, t('events.others')).map((part) => ({
    ...part,
    source: names.find(({ slug }) => slug === part.source)?.name ?? part.source,
  }))
  const total = parts.reduce((sum, part) => sum + part.recent, 0)
  return (
    <section className={css.chart} aria-label={t('events.volumes')}>
      <header>
        <h3>{t('events.volumes')}</h3>
        <span className={css.quiet}>{t('events.inAll', { count: total, formatted: format.number(total) })}</span>
        <span className={css.tools}>
          <SegmentedControl
            label={t('events.span')}
            choices={SPANS.map((span) => ({ value: span, label: t('events.days', { count: Number(span) }) }))}
            value={days}
            onChange={onDays}
          />
          <IconButton
            icon={table ? ChartColumn : Table2}
            size="small"
            label={t(table ? 'events.asChart' : 'events.asTable')}
            onPress={() => setTable(!table)}
          />
        </span>
      </header>
      {table ? <Numbers parts={parts} /> : <Bars parts={parts} />}
    </section>
  )
}

function Bars({ parts }: { parts: readonly Part[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const days = perDay(parts)
  const top = Math.max(...days.map((day) => day.total), 1)
  const spoken = parts.map((part) => `${part.source} ${format.number(part.recent)}`)
  return (
    <>
      <div dir="ltr">
        <div className={css.bars} data-many={days.length > 30 || undefined} role="img" aria-label={t('events.volumesOf', { parts: format.list(spoken) })}>
          {days.map(({ day, counts, total }) => (
            <span key={day} title={`${dayName(format.date, day)} · ${format.number(total)}`} data-zero={total === 0 || undefined}>
              {counts.map((count, index) => (
                <span key={index} className={look(index)} style={{ blockSize: `${(count / top) * 100}%`, backgroundColor: `var(--chart-${index + 1})` }} />
              ))}
            </span>
          ))}
        </div>
        <div className={css.axis} aria-hidden>
          <bdi>{dayName(format.date, days[0]?.day)}</bdi>
          <span>{t('events.atMost', { count: top, formatted: format.number(top) })}</span>
          <bdi>{dayName(format.date, days.at(-1)?.day)}</bdi>
        </div>
      </div>
      <ul className={css.legend}>
        {parts.map((part, index) => (
          <li key={part.source}>
            <span className={classes(css.swatch, look(index))} style={{ backgroundColor: `var(--chart-${index + 1})` }} aria-hidden />
            <bdi>{part.source}</bdi>
            <span className={css.quiet}>{format.number(part.recent)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Every other one is hatched, so that neighbours differ by more than colour. */
function look(index: number): string | undefined {
  return index % 2 ? css.hatched : undefined
}

function Numbers({ parts }: { parts: readonly Part[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const days = perDay(parts).toReversed()
  return (
    <PlainTable
      label={t('events.volumes')}
      rows={days}
      rowId={({ day }) => day}
      columns={[
        { id: 'day', label: t('events.day'), render: ({ day }) => dayName(format.date, day) },
        ...(parts.length > 1
          ? parts.map((part, index) => ({
              id: part.source,
              label: part.source,
              render: ({ counts }: (typeof days)[number]) => <Num value={counts[index]} />,
              align: 'end' as const,
            }))
          : []),
        { id: 'total', label: t('events.count'), render: ({ total }) => <Num value={total} />, align: 'end' },
      ]}
    />
  )
}

/** Days are of UTC; noon is the same date in nearly every zone. */
function dayName(date: (instant: string) => string, day: string | undefined): string {
  return day ? date(`${day}T12:00:00Z`) : ''
}
