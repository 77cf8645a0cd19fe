import { ChartColumn, Table2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { EventKind } from '@/api/catalogue'
import { IconButton } from '@/ui/IconButton'
import { Num } from '@/ui/Num'
import { PlainTable } from '@/ui/PlainTable'
import { useFormat } from '@/ui/useFormat'

import css from './Events.module.css'
import { nameOf, recent } from './kinds'

/** Events a day over the fortnight, as bars or as a table of the same numbers. */
export function VolumeChart({ kind }: { kind: EventKind }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [table, setTable] = useState(false)
  const total = recent(kind)
  return (
    <section className={css.chart} aria-label={t('events.volume')}>
      <header>
        <h3>{t('events.volume')}</h3>
        <span className={css.quiet}>{t('events.inAll', { count: total, formatted: format.number(total) })}</span>
        <IconButton
          icon={table ? ChartColumn : Table2}
          size="small"
          label={t(table ? 'events.asChart' : 'events.asTable')}
          onPress={() => setTable(!table)}
        />
      </header>
      {table ? <Numbers kind={kind} /> : <Bars kind={kind} />}
    </section>
  )
}

function Bars({ kind }: { kind: EventKind }) {
  const { t } = useTranslation()
  const format = useFormat()
  const top = Math.max(...kind.volume.map((day) => day.count), 1)
  const counts = kind.volume.map((day) => day.count).join(', ')
  return (
    <div dir="ltr">
      <div className={css.bars} role="img" aria-label={t('events.volumeOf', { name: nameOf(t, kind), counts })}>
        {kind.volume.map(({ day, count }) => (
          <span key={day} title={`${dayName(format.date, day)} · ${format.number(count)}`}>
            <span style={{ blockSize: `${(count / top) * 100}%` }} data-zero={count === 0 || undefined} />
          </span>
        ))}
      </div>
      <div className={css.axis} aria-hidden>
        <bdi>{dayName(format.date, kind.volume[0]?.day)}</bdi>
        <bdi>{dayName(format.date, kind.volume.at(-1)?.day)}</bdi>
      </div>
    </div>
  )
}

function Numbers({ kind }: { kind: EventKind }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <PlainTable
      label={t('events.volume')}
      rows={kind.volume.toReversed()}
      rowId={({ day }) => day}
      columns={[
        { id: 'day', label: t('events.day'), render: ({ day }) => dayName(format.date, day) },
        { id: 'count', label: t('events.count'), render: ({ count }) => <Num value={count} />, align: 'end' },
      ]}
    />
  )
}

/** Days are of UTC; noon is the same date in nearly every zone. */
function dayName(date: (instant: string) => string, day: string | undefined): string {
  return day ? date(`${day}T12:00:00Z`) : ''
}
