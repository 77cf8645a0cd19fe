import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import type { DashboardCard, DashboardFilters } from '@/api/insights'
import { everySavedQuery, isNorthStar } from '@/api/northstar'

import { AmongLine } from '../insights/editor/Among'
import { AddFilter, Filters } from '../insights/editor/Filters'
import { Range } from '../insights/editor/Range'
import { picksOf } from '../insights/question'

interface Props {
  cards: readonly DashboardCard[]
  filters: DashboardFilters
  onChange: (change: DashboardFilters) => void
}

/** What is laid over all cards, said as in Explore; properties are those of the events that the cards ask for. */
export function BoardFilters({ cards, filters, onChange }: Props) {
  const { t } = useTranslation()
  const saved = useQuery(everySavedQuery).data?.items ?? []
  const shown = saved.filter(({ key }) => cards.some(({ insight }) => insight === key))
  const picks = shown.flatMap((each) => (isNorthStar(each) ? each.question.metric.series : picksOf(each.question)))
  const where = (next: DashboardFilters['where']) => onChange({ where: next })
  return (
    <>
      <Range from={filters.from} to={filters.to} none={t('dashboards.ownTime')} onChange={onChange} />
      <AmongLine among={filters.segment} onChange={(segment) => onChange({ segment })} />
      <Filters picks={picks} where={filters.where} onChange={where} />
      <AddFilter where={filters.where} onChange={where} />
    </>
  )
}
