import i18next from 'i18next'
import { describe, expect, it } from 'vitest'

import type { Answered, RevenueAnswer, RevenuePeriod } from '@/api/insights'
import en from '@/i18n/en'

import { writers } from './chart/useLook'
import { headlines } from './headline'
import { plotOf, viewsOf, type Plot, type View } from './plots'
import { fromData, newQuestion, picksOf } from './question'
import { money, tablesOf } from './tables'

const words = i18next.createInstance()
await words.init({ lng: 'en', resources: { en: { translation: en } }, interpolation: { escapeValue: false } })
const { t } = words

const REPEAT = { people: 2, came_back: 1, rate: 0.5, median_seconds: 60, p90_seconds: 60, complete: true }
const NONE = { revenue: null, refunded: null, net: null, average_order_value: null }

function week(start: string, complete: boolean, more: Partial<RevenuePeriod> = {}): RevenuePeriod {
  const money = { revenue: 40, refunded: 10, net: 30, average_order_value: 20 }
  return { start, complete, orders: 2, ...money, buyers: 2, new: 2, returning: 0, repeat: REPEAT, ...more }
}

function told(more: Partial<RevenueAnswer> = {}): Answered {
  const periods = [week('2026-11-09', true), week('2026-11-16', false)]
  return {
    question: { kind: 'revenue' },
    answer: { kind: 'revenue', as_of: '', elapsed_ms: 1, cached: false, currencies: ['EUR'], periods, total: week('2026-11-09', true), ...more },
  }
}

const TWO = told({
  currencies: ['EUR', 'INR'],
  periods: [week('2026-11-09', true, { ...NONE, currencies: [{ currency: 'INR', orders: 2, revenue: 900, refunded: 0, net: 900, average_order_value: 450 }] })],
  total: week('2026-11-09', true, NONE),
})

const SPLIT = told({
  breakdown: [
    { value: 'Berlin', orders: 2, periods: [week('2026-11-09', true), week('2026-11-16', false, { orders: 0 })] },
    { value: null, orders: 2, periods: [week('2026-11-09', true)] },
  ],
})

describe('revenue', () => {
  it('is a table of money, buyers and who came back, with the people behind them', () => {
    const [table] = tablesOf(told(), t)
    expect(table!.columns.map(({ label }) => label)).toEqual([
      ...['Period', 'Orders', 'Revenue, EUR', 'Refunded, EUR', 'Net, EUR', 'Average order, EUR'],
      ...['Buyers', 'New buyers', 'Returning buyers', 'New who came back', 'Came back'],
    ])
    const [first, second] = table!.rows
    expect(first!.cells.map(({ value }) => value)).toEqual(['2026-11-09', 2, 40, 10, 30, 20, 2, 2, 0, 1, 0.5])
    expect(first!.cells[7]!.cell).toEqual({ period: '2026-11-09', of: 'new' })
    expect(first!.cells[8]!.cell).toBeUndefined()
    expect([first!.incomplete, second!.incomplete]).toEqual([false, true])
  })

  it('never adds currencies up', () => {
    const [table] = tablesOf(TWO, t)
    expect(table!.rows[0]!.cells.slice(2, 10).map(({ value }) => value)).toEqual([0, 0, 0, null, 900, 0, 900, 450])
    expect((plotOf(TWO, 'chart', t) as Plot).series.map(({ name, values }) => [name, values])).toEqual([
      ['Net, EUR', [0]],
      ['Net, INR', [900]],
    ])
    expect(headlines(TWO, t).map(({ label }) => label)).toEqual(['Orders', 'Came back'])
  })

  it('is drawn as money or as buyers', () => {
    expect(viewsOf(told())).toEqual(['chart', 'buyers', 'table'])
    const drawn = plotOf(told(), 'chart', t) as Plot
    expect(drawn.series.map(({ name, values }) => [name, values])).toEqual([
      ['Net, EUR', [30, 30]],
      ['Revenue, EUR', [40, 40]],
    ])
    expect([drawn.openFrom, drawn.series[0]!.cell!(1)]).toEqual([1, { period: '2026-11-16', of: 'buyers' }])
    const buyers = plotOf(told(), 'buyers', t) as Plot
    expect([buyers.form, ...buyers.series.map(({ values }) => values)]).toEqual(['stacked', [2, 2], [0, 0]])
  })

  it('says in which currency it is, on axes and in numbers', () => {
    const as = (answer: Answered, view: View) => (plotOf(answer, view, t) as Plot).as
    expect([as(told(), 'chart'), as(SPLIT, 'chart'), as(TWO, 'chart'), as(told(), 'buyers'), as(told({ currencies: [null] }), 'chart')]).toEqual([
      ...['money:EUR', 'money:EUR', 'number', 'number', 'number'],
    ])
    expect(tablesOf(TWO, t)[0]!.columns.slice(1, 9).map(({ as }) => as)).toEqual(['number', ...Array(4).fill('money:EUR'), ...Array(3).fill('money:INR')])
    expect(headlines(told(), t)[0]!.as).toBe('money:EUR')
    const { write, short } = writers('en', 'week')
    expect([write(1234.5, 'money:EUR'), write(98_765.4, 'money:EUR'), write(98_765.4, 'money:EUR', true), short(45_600, 'money:INR'), short(0, 'money:EUR')]).toEqual(['€1,234.50', '€98,765', '€98,765.40', '₹45.6K', '€0.00'])
    expect([money('EUR'), money('points'), money(null)]).toEqual(['money:EUR', 'number', 'number'])
  })

  it('is told apart by value', () => {
    const [, parts] = tablesOf(SPLIT, t)
    expect(parts!.rows.map(({ cells }) => cells.slice(0, 3).map(({ value }) => value))).toEqual([
      ['2026-11-09', 'Berlin', 2],
      ['2026-11-09', 'No value', 2],
    ])
    expect(parts!.rows[1]!.cells[7]!.cell).toEqual({ period: '2026-11-09', of: 'buyers', value: '' })
    expect((plotOf(SPLIT, 'chart', t) as Plot).series.map(({ name }) => name)).toEqual(['Berlin', 'No value'])
  })

  it('is a question of the page', () => {
    expect(fromData({ kind: 'revenue', refund: null })).toEqual({ kind: 'revenue', refund: null })
    expect(fromData({ kind: 'revenue', order: {} })).toBeNull()
    expect(picksOf(newQuestion('revenue', {}))).toEqual([{ event: 'Order Completed' }])
  })
})
