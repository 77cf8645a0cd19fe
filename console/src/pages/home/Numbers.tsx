import { useTranslation } from 'react-i18next'

import type { Overview } from '@/api/types'
import { Metric, Metrics } from '@/ui/Metric'
import { Num } from '@/ui/Num'
import { Sparkline } from '@/ui/Sparkline'
import { useFormat } from '@/ui/useFormat'

import css from './Home.module.css'

export function Numbers({ overview }: { overview: Overview }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { totals, freshness } = overview
  const volume = overview.volume.map((minute) => minute.events)
  const busiest = format.number(Math.max(0, ...volume))
  const behind = freshness.pipeline_lag_events
  return (
    <Metrics>
      <Metric
        label={t('home.perMinute')}
        value={<Num value={lastWhole(volume)} compact />}
        note={freshness.last_event_at ? t('home.lastEvent', { ago: format.ago(freshness.last_event_at) }) : t('home.noEvent')}
        chart={<Sparkline values={volume} label={t('home.perMinuteChart', { max: busiest })} />}
      />
      <Metric
        label={t('home.people')}
        value={<Num value={totals.profiles} compact />}
        note={t('home.knownShare', { known: format.compact(totals.known), anonymous: format.compact(totals.anonymous) })}
        chart={<Shares known={totals.known} anonymous={totals.anonymous} />}
      />
      <Metric label={t('home.newToday')} value={<Num value={totals.new_today} compact />} note={t('home.newTodayNote')} />
      <Metric
        label={t('home.events')}
        value={<Num value={totals.events} compact />}
        note={t('home.lagWarehouse', { count: freshness.warehouse_lag_events })}
      />
      <Metric
        label={t('home.lag')}
        value={<Num value={behind} compact />}
        note={behind > 0 ? t('home.lagBehind', { duration: format.duration(freshness.pipeline_lag_seconds) }) : t('home.lagNone')}
      />
    </Metrics>
  )
}

/** The minute that runs is not over; the one before says how much flows. */
function lastWhole(volume: readonly number[]): number {
  return volume.at(-2) ?? volume.at(-1) ?? 0
}

function Shares({ known, anonymous }: { known: number; anonymous: number }) {
  const { t } = useTranslation()
  if (known + anonymous === 0) return null
  return (
    <span className={css.shares} role="img" aria-label={t('home.knownBar')}>
      <span style={{ flexGrow: known }} className={css.known} title={t('home.known')} />
      <span style={{ flexGrow: anonymous }} className={css.anonymous} title={t('home.anonymous')} />
    </span>
  )
}
