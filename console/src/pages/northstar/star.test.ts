import { describe, expect, it } from 'vitest'

import type { MetricUnit, NorthStarAnswer, NorthStarQuestion } from '@/api/northstar'

import type { Look } from '../insights/chart/useLook'
import { inUnit, numbersOf } from './numbers'
import { askable, comparable, freeName, fromText, isReady, templates, toText, trendsOf, withoutSeries, withSeries } from './star'

const QUESTION: NorthStarQuestion = {
  kind: 'north_star',
  period: 'week',
  from: '90d',
  metric: {
    name: 'Orders',
    series: [{ event: 'Order Completed' }],
    combine: 'product',
    inputs: [
      { name: 'Buyers', series: [{ event: 'Order Completed', measure: 'people' }] },
      { name: 'Each', series: [{ event: 'Order Completed', measure: 'per_person' }] },
    ],
  },
}
const WORDS = { buyers: 'Buyers', ordersEach: 'Each', orderValue: 'Worth', people: (event: string) => `People: ${event}`, often: 'Often', revenue: 'Revenue', active: 'Active' }

describe('a north star in the address', () => {
  it('comes back as it was', () => {
    expect(fromText(toText(QUESTION))).toEqual(QUESTION)
  })

  it('is none when it is something else', () => {
    expect(fromText('{"kind":"trends","series":[]}')).toBeUndefined()
    expect(fromText('{"kind":"north_star","metric":{"name":"x","series":[]}}')).toBeUndefined()
    expect(fromText('no json')).toBeUndefined()
  })
})

describe('what is asked', () => {
  it('leaves out filters that are still being written, and how none make a metric', () => {
    const metric = { name: 'Orders', series: [{ event: 'Order Completed', where: [{ path: 'properties.total', op: 'gt' }] }], combine: 'sum' as const }
    expect(askable({ kind: 'north_star', metric })).toEqual({ kind: 'north_star', metric: { name: 'Orders', series: [{ event: 'Order Completed' }] } })
  })

  it('waits for names of their own, for paths and for formulas', () => {
    expect(isReady(QUESTION)).toBe(true)
    const { metric } = QUESTION
    expect(isReady({ ...QUESTION, metric: { ...metric, name: 'Buyers' } })).toBe(false)
    expect(isReady({ ...QUESTION, metric: { ...metric, series: [{ event: 'x', measure: 'sum' }] } })).toBe(false)
    expect(isReady({ ...QUESTION, metric: withSeries(metric) })).toBe(true)
    expect(isReady({ ...QUESTION, metric: { ...withSeries(metric), formula: undefined } })).toBe(false)
    expect(withoutSeries(withSeries(metric), 1)).toEqual({ ...metric, formula: undefined })
  })

  it('is a question of trends for each metric', () => {
    expect(trendsOf(QUESTION, QUESTION.metric.inputs![0]!)).toEqual({
      kind: 'trends',
      series: [{ event: 'Order Completed', measure: 'people' }],
      period: 'week',
      compare: 'previous',
      from: '90d',
    })
  })
})

describe('beginnings', () => {
  it('fit the events that there are', () => {
    expect(templates('Order Completed', 'properties.total', ['Product Viewed'], WORDS, 'UTC').map(({ id }) => id)).toEqual(['revenue', 'often', 'active'])
    expect(templates(undefined, undefined, [], WORDS, 'UTC').map(({ id }) => id)).toEqual(['active'])
    expect(templates('Order Completed', 'properties.total', ['Product Viewed'], WORDS, 'UTC').every(({ question }) => isReady(question))).toBe(true)
  })

  it('get names that are free', () => {
    expect(freeName(QUESTION, 'Input')).toBe('Input 3')
  })
})

it('compares periods that are over and have one before', () => {
  const answer = { periods: ['a', 'b', 'c', 'd'], complete: [true, true, true, false] } as NorthStarAnswer
  expect(comparable(answer)).toEqual(['c', 'b'])
})

it('asks for a unit once it says something', () => {
  const unit = (given: MetricUnit) => askable({ kind: 'north_star', metric: { name: 'x', series: [{ event: 'a' }], unit: given } }).metric.unit
  expect(unit({ as: 'currency', currency: 'EU' })).toBeUndefined()
  expect(unit({ as: 'currency', currency: 'EUR', decimals: 2 })).toEqual({ as: 'currency', currency: 'EUR', decimals: 2 })
  expect(unit({ as: 'number' })).toBeUndefined()
  expect(unit({ as: 'number', currency: 'EUR', decimals: 0 })).toEqual({ decimals: 0 })
  expect(unit({ as: 'percent', currency: 'EUR' })).toEqual({ as: 'percent' })
})

it('writes numbers in their unit', () => {
  const written = (unit: MetricUnit, value: number, language = 'en') => {
    const { short, full, change } = numbersOf(language, unit)
    return [short(value), full(value), change(value)]
  }
  expect(written({ as: 'currency', currency: 'EUR' }, 12.5)).toEqual(['€12.50', '€12.50', '+€12.50'])
  expect(written({ as: 'currency', currency: 'EUR' }, 12_345.6)).toEqual(['€12.3K', '€12,345.60', '+€12.3K'])
  expect(written({ as: 'currency', currency: 'EUR', decimals: 0 }, 12_345.6)).toEqual(['€12,346', '€12,346', '+€12,346'])
  expect(written({ as: 'percent' }, 0.2567)).toEqual(['25.7%', '25.67%', '+25.7%'])
  expect(written({ as: 'percent', decimals: 2 }, -0.5)).toEqual(['-50.00%', '-50.00%', '-50.00%'])
  expect(written({ as: 'duration' }, 5400)).toEqual(['1.5 hr', '1.5 hr', '+1.5 hr'])
  expect(written({ as: 'duration', decimals: 2 }, 0.5)).toEqual(['0.50 sec', '0.50 sec', '+0.50 sec'])
  expect(written({ decimals: 1 }, 3)).toEqual(['3.0', '3.0', '+3.0'])
  const look = inUnit<Pick<Look, 'write' | 'short'>>({ write: (value) => `plain ${value}`, short: String }, numbersOf('en', { as: 'percent' }))
  expect([look.write(0.5, 'number'), look.write(0.5, 'percent'), look.write('2026-01-05', 'period'), look.short(0.5, 'number')]).toEqual(['50%', 'plain 0.5', 'plain 2026-01-05', '50%'])
})

it('writes numbers with as many places as say something', () => {
  const { short, change, percentChange } = numbersOf('en')
  expect([0.16193, 1.0584, 137, 1519.19, 220_282, null].map(short)).toEqual(['0.162', '1.06', '137', '1,519', '220.3K', '–'])
  expect([896, -0.022, 0].map(change)).toEqual(['+896', '-0.022', '0'])
  expect(percentChange(-0.081)).toBe('-8.1%')
})
