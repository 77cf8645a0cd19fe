import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { dailyChangesQuery, lastDayQuery, type Segment } from '@/api/audiences'
import { DateTime } from '@/ui/DateTime'
import { Metric, Metrics } from '@/ui/Metric'
import { Num } from '@/ui/Num'
import { Sparkline } from '@/ui/Sparkline'
import { useFormat } from '@/ui/useFormat'

import { countOverTime } from './history'

const DAYS = 30

/** How many, how that went, what moved within a day, and which version is in force. The warehouse counts moves of people only. */
export function Numbers({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const format = useFormat()
  const daily = useQuery(dailyChangesQuery(segment.key, DAYS)).data
  const moved = useQuery(lastDayQuery).data?.get(segment.key)
  const counts = daily && daily.length > 0 ? countOverTime(segment.count, daily, DAYS, new Date()) : undefined
  const spark = counts && (
    <Sparkline values={counts} label={t('segments.overTime', { from: format.number(counts[0]!), to: format.number(segment.count), days: DAYS })} />
  )
  return (
    <Metrics>
      <Metric label={t('segments.inIt')} value={<Num value={segment.count} />} note={spark ? t('segments.days', { days: DAYS }) : undefined} chart={spark} />
      {segment.of === 'people' && (
        <>
          <Metric label={t('segments.entered')} value={<Num value={moved?.entered ?? 0} />} note={t('segments.withinDay')} />
          <Metric label={t('segments.left')} value={<Num value={moved?.left ?? 0} />} note={t('segments.withinDay')} />
        </>
      )}
      <Metric
        label={t('segments.version')}
        value={<Num value={segment.version} />}
        note={
          <>
            <DateTime at={segment.at} /> · {segment.by}
            {segment.reason && ` · ${segment.reason}`}
          </>
        }
      />
    </Metrics>
  )
}
