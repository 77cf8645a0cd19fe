import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { CLASSES, forecastQuery, type Classes } from '@/api/value'
import { Metric, Metrics } from '@/ui/Metric'
import { Num } from '@/ui/Num'
import { useFormat } from '@/ui/useFormat'

import { AttributionCard } from './AttributionCard'
import { ClassDrawer } from './ClassDrawer'
import { ClassesCard } from './ClassesCard'
import { ForecastCard } from './ForecastCard'
import { lowest, useMoney } from './money'
import css from './Value.module.css'

const route = getRouteApi('/shell/value')
const AHEAD = 30

/** Four numbers, then what stands behind them: classes, revenue to come, what orders are due to. */
export function Overview({ told }: { told: Classes }) {
  const { class: opened } = route.useSearch()
  const navigate = route.useNavigate()
  const open = (name?: string) => void navigate({ search: (old) => ({ ...old, class: name }) })
  const name = CLASSES.find((each) => each === opened)
  return (
    <>
      <Tiles told={told} />
      <ClassesCard told={told} onOpen={open} />
      <ForecastCard currency={told.currency} />
      <AttributionCard currency={told.currency} />
      {name && <ClassDrawer name={name} of={told.classes.find((each) => each.name === name)} currency={told.currency} onClose={() => open()} />}
    </>
  )
}

function Tiles({ told }: { told: Classes }) {
  const { t } = useTranslation()
  const format = useFormat()
  const money = useMoney(told.currency)
  const forecast = useQuery(forecastQuery(AHEAD)).data
  const risk = told.classes.find(({ name }) => name === 'at_risk')
  const orders = told.classes.reduce((sum, each) => sum + each.orders, 0)
  return (
    <div className={css.tiles}>
      <Metrics>
        <Metric
          label={t('value.tile.customers')}
          value={<Num value={told.customers} compact />}
          note={t('value.tile.each', { amount: money.short(told.revenue / told.customers) })}
        />
        <Metric
          label={t('value.tile.revenue')}
          value={<span title={money.full(told.revenue)}>{money.short(told.revenue)}</span>}
          note={t('value.tile.orders', { formatted: format.number(orders) })}
        />
        <Metric
          label={t('value.tile.expected')}
          value={forecast ? money.short(forecast.total) : '–'}
          note={forecast && <bdi>{`${lowest(forecast.total_low, money.short)} – ${money.short(forecast.total_high)}`}</bdi>}
        />
        <Metric
          label={t('value.tile.atRisk')}
          value={<Num value={risk?.people ?? 0} compact />}
          note={risk && t('value.tile.brought', { amount: money.short(risk.revenue) })}
        />
      </Metrics>
    </div>
  )
}
