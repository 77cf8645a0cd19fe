import type { TFunction } from 'i18next'

import type { Cell, Money, RevenueAnswer, RevenueBuyers, RevenuePeriod } from '@/api/insights'

import type { Headline } from './headline'
import type { Plot, PlotSeries, View } from './plots'
import { money, type AnswerTable, type Shown, type TableCell, type TableRow } from './tables'

const AMOUNTS = ['revenue', 'refunded', 'net', 'average_order_value'] as const
const BUYERS = ['buyers', 'new', 'returning'] as const

/** Amounts of several currencies are never added: each has its own columns and lines. */
export function revenueTables(answer: RevenueAnswer, t: TFunction): AnswerTable[] {
  const main: AnswerTable = { id: 'main', columns: columns(answer, t), rows: rows(answer, answer.periods) }
  if (!answer.breakdown) return [main]
  const parts = answer.breakdown.flatMap(({ value, periods }) =>
    rows(answer, periods, value ?? '').map((row) => ({ ...row, cells: row.cells.toSpliced(1, 0, { value: value ?? t('insights.noValue') }) })),
  )
  const label = { label: t('insights.column.value'), as: 'text' as const }
  return [main, { id: 'values', columns: columns(answer, t).toSpliced(1, 0, label), rows: parts.filter(({ cells }) => cells[2]?.value !== 0) }]
}

function columns(answer: RevenueAnswer, t: TFunction): AnswerTable['columns'] {
  const number = (label: string, as: Shown = 'number') => ({ label, as })
  return [
    { label: t('insights.column.period'), as: 'period' },
    number(t('insights.column.orders')),
    ...currenciesOf(answer).flatMap((currency) => AMOUNTS.map((name) => number(moneyName(name, currency, t), money(currency)))),
    ...BUYERS.map((name) => number(t(`insights.column.${name}`))),
    number(t('insights.column.came_back')),
    { label: t('insights.column.cameBackShare'), as: 'percent' },
  ]
}

function rows(answer: RevenueAnswer, periods: RevenuePeriod[], value?: string): TableRow[] {
  return periods.map((period) => ({
    cells: [
      { value: period.start },
      { value: period.orders },
      ...currenciesOf(answer).flatMap((currency) => AMOUNTS.map((name): TableCell => ({ value: moneyOf(period, currency)[name] }))),
      ...BUYERS.map((name): TableCell => ({ value: period[name], cell: behind(period, name, value) })),
      { value: period.repeat.came_back, cell: behind(period, 'came_back', value) },
      { value: period.repeat.rate },
    ],
    incomplete: !period.complete,
  }))
}

/** Who is behind a number; nobody is behind none. */
function behind(period: RevenuePeriod, of: RevenueBuyers, value?: string): Cell | undefined {
  const count = of === 'came_back' ? period.repeat.came_back : period[of]
  return count > 0 ? cellOf(period.start, of, value) : undefined
}

function cellOf(period: string, of: RevenueBuyers, value?: string): Cell {
  return { period, of, ...(value === undefined ? {} : { value }) }
}

/** What came in, or with `buyers` who ordered. */
export function revenueSeries(answer: RevenueAnswer, view: View, most: number, t: TFunction): Pick<Plot, 'form' | 'as' | 'series' | 'left'> {
  if (view === 'buyers') return { form: 'stacked', as: 'number', series: [buyers(answer, 'new', 0, t), buyers(answer, 'returning', 1, t)], left: 0 }
  const [currency = null, ...others] = currenciesOf(answer)
  const as = others.length ? 'number' : money(currency)
  if (answer.breakdown && !others.length) {
    const parts = answer.breakdown.slice(0, most).map(({ value, periods }, look) => line(value ?? t('insights.noValue'), periods, 'net', currency, look, value ?? ''))
    return { form: 'line', as, series: parts, left: answer.breakdown.length - parts.length }
  }
  const refunded = answer.periods.some((period) => currenciesOf(answer).some((each) => moneyOf(period, each).refunded))
  const names = !others.length && refunded ? (['net', 'revenue'] as const) : (['net'] as const)
  const lines = currenciesOf(answer).flatMap((each) => names.map((name) => ({ name, currency: each })))
  const series = lines.slice(0, most).map((each, look) => line(moneyName(each.name, each.currency, t), answer.periods, each.name, each.currency, look))
  return { form: 'line', as, series, left: lines.length - series.length }
}

function line(name: string, periods: RevenuePeriod[], amount: (typeof AMOUNTS)[number], currency: string | null, look: number, value?: string): PlotSeries {
  const values = periods.map((period) => moneyOf(period, currency)[amount])
  return { name, values, look, cell: (index) => cellOf(periods[index]?.start ?? '', 'buyers', value) }
}

function buyers(answer: RevenueAnswer, of: 'new' | 'returning', look: number, t: TFunction): PlotSeries {
  return { name: t(`insights.column.${of}`), values: answer.periods.map((period) => period[of]), look, cell: (index) => cellOf(answer.periods[index]?.start ?? '', of) }
}

export function revenueHeadlines(answer: RevenueAnswer, t: TFunction): Headline[] {
  const { total } = answer
  const [currency = null, ...others] = currenciesOf(answer)
  return [
    ...(others.length ? [] : [{ label: moneyName('net', currency, t), value: total.net, as: money(currency) }]),
    { label: t('insights.column.orders'), value: total.orders, as: 'number' },
    { label: t('insights.column.cameBackShare'), value: total.repeat.rate, as: 'percent' },
  ]
}

function currenciesOf({ currencies }: RevenueAnswer): (string | null)[] {
  return currencies.length ? currencies : [null]
}

const NOTHING: Money = { revenue: 0, refunded: 0, net: 0, average_order_value: null }

function moneyOf(period: RevenuePeriod, currency: string | null): Money {
  if (!period.currencies) return period
  return period.currencies.find((each) => each.currency === currency) ?? NOTHING
}

function moneyName(name: (typeof AMOUNTS)[number], currency: string | null, t: TFunction): string {
  const said = t(`insights.column.${name}`)
  return currency ? t('insights.inCurrency', { name: said, currency }) : said
}
