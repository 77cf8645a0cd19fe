import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { DashboardFilters } from '@/api/insights'
import { northStarQuery, type NorthStarTold, type SavedNorthStar } from '@/api/northstar'
import { ErrorState } from '@/ui/ErrorState'
import { Figure } from '@/ui/Figure'
import { Skeleton } from '@/ui/Skeleton'

import { ChartView } from '../insights/chart/ChartView'
import { useLook } from '../insights/chart/useLook'
import { MetricChange } from '../northstar/MetricChange'
import { inUnit, useNumbers } from '../northstar/numbers'
import { starPlot } from '../northstar/plot'
import { toText } from '../northstar/star'
import { StarTable } from '../northstar/StarTable'
import { usePeriodName } from '../northstar/usePeriodName'
import { narrowed } from './board'
import { CardHead } from './CardHead'
import css from './Dashboards.module.css'

/** A north star on a board: the number and its line, or all metrics as a table. */
export function StarCard({ saved, filters }: { saved: SavedNorthStar; filters: DashboardFilters }) {
  const navigate = useNavigate()
  const [table, setTable] = useState(false)
  const question = useMemo(() => narrowed(saved.question, filters), [saved.question, filters])
  const { data, error, refetch } = useQuery({ ...northStarQuery(question), placeholderData: keepPreviousData })
  const same = toText(question) === toText(saved.question)
  const search = { key: saved.key, ...(same ? {} : { q: toText(question) }) }
  const who = (metric: string, period: string) => void navigate({ to: '/north-star', search: { ...search, metric, cell: period } })
  return (
    <>
      <CardHead
        name={saved.name}
        link={
          <Link to="/north-star" search={search}>
            <bdi>{saved.name}</bdi>
          </Link>
        }
        table={table}
        onTable={setTable}
      />
      <div className={css.cardBody}>
        {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton height={140} />}
        {data && (table ? <StarTable told={data} onWho={who} /> : <Told told={data} onWho={who} />)}
      </div>
    </>
  )
}

function Told({ told, onWho }: { told: NorthStarTold; onWho: (metric: string, period: string) => void }) {
  const { t } = useTranslation()
  const { question, answer } = told
  const { name, value, before, unit } = answer.metric
  const numbers = useNumbers(unit)
  const plain = useLook(question.period ?? 'week', question.timezone)
  const look = useMemo(() => inUnit(plain, numbers), [plain, numbers])
  const period = usePeriodName(question)
  const plot = useMemo(() => starPlot(told), [told])
  const against = before === null ? t('northstar.nothingBefore') : t('northstar.against', { before: numbers.short(before) })
  return (
    <div className={css.star}>
      <Figure
        size="medium"
        value={numbers.short(value)}
        title={numbers.full(value)}
        change={<MetricChange of={answer.metric} />}
        note={`${against} · ${period(answer.period)}`}
      />
      <ChartView plot={plot} look={look} label={t('northstar.chart', { name })} height="fill" onCell={(cell) => onWho(name, String(cell.period))} />
    </div>
  )
}
