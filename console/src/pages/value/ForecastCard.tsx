import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ChartLine, Table2 } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'

import { forecastQuery, isTooLittle, type Forecast } from '@/api/value'
import { Card } from '@/ui/Card'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Change, Figure } from '@/ui/Figure'
import { PlainTable } from '@/ui/PlainTable'
import { SegmentedControl } from '@/ui/SegmentedControl'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import { periodNames } from '../insights/periods'
import { lowest, useMoney } from './money'
import css from './Value.module.css'

const ForecastChart = lazy(() => import('./ForecastChart'))

const route = getRouteApi('/shell/value')
const AHEAD = ['7', '30', '90'] as const
const HEIGHT = 280

/** Revenue of the days to come, with the interval that held in the past, and how well it did there. */
export function ForecastCard({ currency }: { currency: string | null }) {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const days = AHEAD.find((each) => each === search.days) ?? '30'
  const table = search.forecast === 'table'
  const set = (change: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const { data, error, refetch } = useQuery(forecastQuery(Number(days)))
  return (
    <Card
      flush
      title={t('value.forecast.title')}
      actions={
        <>
          <SegmentedControl
            label={t('value.forecast.days')}
            choices={AHEAD.map((value) => ({ value, label: t(`value.ahead.${value}`) }))}
            value={days}
            onChange={(next) => set({ days: next === '30' ? undefined : next })}
          />
          <SegmentedControl
            label={t('insights.view.title')}
            choices={[
              { value: 'chart', label: t('value.forecast.chart'), icon: ChartLine },
              { value: 'table', label: t('insights.view.table'), icon: Table2 },
            ]}
            value={table ? 'table' : 'chart'}
            onChange={(next) => set({ forecast: next === 'table' ? next : undefined })}
          />
        </>
      }
    >
      {error && (isTooLittle(error) ? <EmptyState title={t('value.forecast.tooLittle')}>{t('value.forecast.tooLittleHint')}</EmptyState> : <ErrorState error={error} onRetry={() => void refetch()} />)}
      {!data && !error && (
        <div className={css.pad}>
          <Skeleton height={HEIGHT} />
        </div>
      )}
      {data && !error && (
        <>
          <Sum told={data} currency={currency} />
          {table ? (
            <Days told={data} currency={currency} />
          ) : (
            <div className={css.chart}>
              <Suspense fallback={<Skeleton height={HEIGHT} />}>
                <ForecastChart told={data} currency={currency} height={HEIGHT} label={t('value.forecast.label')} />
              </Suspense>
              <Legend />
            </div>
          )}
          <Proof metrics={data.metrics} />
        </>
      )}
    </Card>
  )
}

function Sum({ told, currency }: { told: Forecast; currency: string | null }) {
  const { t } = useTranslation()
  const format = useFormat()
  const money = useMoney(currency)
  const before = told.past.slice(-told.days.length).reduce((sum, { revenue }) => sum + revenue, 0)
  const change = before > 0 ? told.total / before - 1 : null
  return (
    <div className={css.sum}>
      <Figure
        value={money.short(told.total)}
        change={change !== null && <Change by={change}>{t('value.forecast.change', { share: format.percent(Math.abs(change)) })}</Change>}
        note={t(told.total_low > 0 ? 'value.between' : 'value.upTo', { low: money.short(told.total_low), high: money.short(told.total_high) })}
      />
    </div>
  )
}

function Legend() {
  const { t } = useTranslation()
  return (
    <ul className={css.legend}>
      <li>
        <span className={css.solid} aria-hidden /> {t('value.forecast.past')}
      </li>
      <li>
        <span className={css.dashed} aria-hidden /> {t('value.forecast.expected')}
      </li>
      <li>
        <span className={css.band} aria-hidden /> {t('value.forecast.interval')}
      </li>
    </ul>
  )
}

function Days({ told, currency }: { told: Forecast; currency: string | null }) {
  const { t, i18n } = useTranslation()
  const money = useMoney(currency)
  const day = periodNames(i18n.language, 'day', 'UTC', true)
  return (
    <div className={css.scroll}>
      <PlainTable
        label={t('value.forecast.title')}
        rows={told.days}
        rowId={(row) => row.day}
        columns={[
          { id: 'day', label: t('value.forecast.day'), render: (row) => day(row.day) },
          { id: 'revenue', label: t('value.forecast.expected'), align: 'end', render: (row) => money.full(row.revenue) },
          { id: 'low', label: t('value.forecast.low'), align: 'end', render: (row) => lowest(row.low, money.full) },
          { id: 'high', label: t('value.forecast.high'), align: 'end', render: (row) => money.full(row.high) },
        ]}
      />
    </div>
  )
}

/** What became of forecasts that were made in the past. */
function Proof({ metrics }: { metrics: Record<string, number> }) {
  const { t } = useTranslation()
  const format = useFormat()
  const held = metrics.backtest_in_interval
  return (
    <p className={css.foot}>
      {t('value.forecast.proof', { starts: format.number(metrics.backtest_starts ?? 0), share: format.percent(metrics.backtest_relative_error ?? 0) })}{' '}
      {held !== undefined && t('value.forecast.held', { share: format.percent(held) })}
    </p>
  )
}
