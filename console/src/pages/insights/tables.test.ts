import i18next from 'i18next'
import { describe, expect, it } from 'vitest'

import type { Answered, FunnelAnswer, FunnelQuestion, TrendsAnswer } from '@/api/insights'
import en from '@/i18n/en'

import { headlines } from './headline'
import { plotOf, viewsOf, type Plot } from './plots'
import { csvOf, tablesOf } from './tables'

const words = i18next.createInstance()
await words.init({ lng: 'en', resources: { en: { translation: en } }, interpolation: { escapeValue: false } })
const { t } = words

const TOLD = { as_of: '2026-11-22T10:00:00Z', elapsed_ms: 3, cached: false }
const time = { people: 4, average: 40, median: 30, p90: 90, histogram: [{ from: 10, to: 60, people: 4 }] }
const step = (event: string, count: number, dropped: number, conversion: number) => ({
  event,
  count,
  dropped,
  conversion,
  conversion_from_previous: conversion,
  time_to_convert: dropped ? time : null,
})

const STEPS = { steps: [step('View', 10, 0, 1), step('Buy', 4, 6, 0.4)], time_to_convert: time }
const FUNNEL: Answered & { answer: FunnelAnswer; question: FunnelQuestion } = {
  question: { kind: 'funnel', steps: [{ event: 'View' }, { event: 'Buy' }] },
  answer: {
    kind: 'funnel',
    count: 'people',
    from: '',
    to: '',
    ...TOLD,
    ...STEPS,
    breakdown: [
      { value: 'web', ...STEPS },
      { value: null, ...STEPS },
      { value: null, other: true, ...STEPS },
    ],
    over_time: [
      { start: '2026-11-09', complete: true, ...STEPS },
      { start: '2026-11-16', complete: false, ...STEPS },
    ],
  },
}

const TRENDS: Answered & { answer: TrendsAnswer } = {
  question: { kind: 'trends', series: [{ event: 'Buy' }, { event: 'View', measure: 'people' }], period: 'week' },
  answer: {
    kind: 'trends',
    ...TOLD,
    periods: ['2026-11-09', '2026-11-16'],
    complete: [true, false],
    series: [
      { name: 'A', label: 'Buy', measure: 'events', values: [3, 4], breakdown: [{ value: 'web', values: [3, 3] }, { value: null, values: [0, 1] }] },
      { name: 'B', label: 'View', measure: 'people', values: [9, null] },
    ],
    compared: {
      periods: ['2026-10-26', '2026-11-02'],
      series: [
        { name: 'A', label: 'Buy', measure: 'events', values: [2, 2] },
        { name: 'B', label: 'View', measure: 'people', values: [6, 6] },
      ],
    },
  },
}

const ATTRIBUTION: Answered = {
  question: { kind: 'attribution', touches: [{ event: 'Ad Clicked' }] },
  answer: {
    kind: 'attribution',
    ...TOLD,
    conversions: 3,
    people: 3,
    amounts: [
      { currency: 'EUR', amount: 20 },
      { currency: null, amount: 5 },
    ],
    touches: [{ value: 'ads', conversions: 2.5, share: 0.833333, assisted: 3, people: 2, amounts: [{ currency: 'EUR', amount: 20 }] }],
    unattributed: { conversions: 0.5, share: 0.166667, people: 1, amounts: [{ currency: null, amount: 5 }] },
  },
}

describe('trends as a table', () => {
  const [table] = tablesOf(TRENDS, t)

  it('has a column for each line and a row for each period', () => {
    expect(table!.columns.map(({ label }) => label)).toEqual([
      'Period',
      'Buy, all',
      'Buy · web',
      'Buy · No value',
      'View · people',
      'Buy, earlier',
      'View · people, earlier',
    ])
    expect(table!.rows.map(({ cells }) => cells.map(({ value }) => value))).toEqual([
      ['2026-11-09', 3, 3, 0, 9, 2, 6],
      ['2026-11-16', 4, 3, 1, null, 2, 6],
    ])
    expect(table!.rows.map(({ incomplete }) => incomplete)).toEqual([false, true])
  })

  it('leads to people where the server can name them', () => {
    const cells = table!.rows[1]!.cells.map(({ cell }) => cell)
    expect(cells[1]).toEqual({ period: '2026-11-16', series: 'A' })
    expect(cells[2]).toEqual({ period: '2026-11-16', series: 'A', value: 'web' })
    expect(cells[3]).toEqual({ period: '2026-11-16', series: 'A', value: '' })
    expect(cells.slice(5)).toEqual([undefined, undefined])
  })

  it('adds up events, and takes the latest whole period of people', () => {
    expect(headlines(TRENDS, t).map(({ label, value, change }) => [label, value, change])).toEqual([
      ['Buy, in all', 7, 0.75],
      ['View · people, latest', 9, 0.5],
    ])
  })
})

describe('a funnel as tables', () => {
  const tables = tablesOf(FUNNEL, t)

  it('has one for the steps, the values, the time and over time', () => {
    expect(tables.map(({ id, rows }) => [id, rows.length])).toEqual([
      ['main', 2],
      ['values', 6],
      ['time', 1],
      ['over_time', 2],
    ])
  })

  it('leads to those who reached a step, and to those who did not', () => {
    const cells = tables[0]!.rows[1]!.cells.flatMap(({ cell }) => (cell ? [cell] : []))
    expect(cells).toEqual([{ step: 2 }, { step: 2, outcome: 'dropped' }])
    const byValue = tables[1]!.rows.map(({ cells: each }) => each.find(({ cell }) => cell)?.cell)
    expect(byValue).toEqual([
      { step: 1, value: 'web' },
      { step: 2, value: 'web' },
      { step: 1, value: '' },
      { step: 2, value: '' },
      { step: 1, other: true },
      { step: 2, other: true },
    ])
  })

  it('is shown in as many ways as it has', () => {
    expect(viewsOf(FUNNEL)).toEqual(['chart', 'time', 'over_time', 'table'])
    const open = plotOf(FUNNEL, 'over_time', t) as Plot
    expect([open.as, open.openFrom]).toEqual(['percent', 1])
  })
})

it('draws silence downwards and tells it upwards', () => {
  const told: Answered = {
    question: { kind: 'lifecycle' },
    answer: { kind: 'lifecycle', ...TOLD, periods: [{ start: '2026-11-09', complete: true, new: 5, returning: 2, resurrected: 1, dormant: 4, pulse: 1.5 }] },
  }
  expect((plotOf(told, 'chart', t) as Plot).series.map(({ values }) => values)).toEqual([[5], [2], [1], [-4]])
  expect(tablesOf(told, t)[0]!.rows[0]!.cells.map(({ value }) => value)).toEqual(['2026-11-09', 5, 2, 1, 4, 1.5])
})

it('leaves cells of a cohort that have not begun empty', () => {
  const told: Answered = {
    question: { kind: 'retention', start: { event: 'A' }, return: { event: 'A' } },
    answer: {
      kind: 'retention',
      ...TOLD,
      period: 'week',
      cohorts: [{ start: '2026-11-16', size: 8, values: [8, null], complete: [false, false] }],
      average: [1, null],
    },
  }
  const [table] = tablesOf(told, t)
  expect(table!.rows[0]!.cells.map(({ value, cell }) => [value, cell?.period])).toEqual([
    ['2026-11-16', undefined],
    [8, undefined],
    [8, 0],
    [null, undefined],
  ])
})

it('calls segments by their names, and asks for their people by their keys', () => {
  const cohorts = [{ start: '2026-11-16', size: 8, values: [8], complete: [true] }]
  const told: Answered = {
    question: { kind: 'retention', start: { event: 'A' }, return: { event: 'A' }, breakdown: { segments: ['vip'] } },
    answer: {
      kind: 'retention',
      ...TOLD,
      period: 'week',
      cohorts,
      average: [1],
      breakdown: [
        { value: 'vip', label: 'Best customers', cohorts, average: [1] },
        { value: null, cohorts, average: [1] },
        { value: null, other: true, cohorts, average: [1] },
      ],
    },
  }
  const [, ...parts] = tablesOf(told, t)
  const cohort = { cohort: cohorts[0]!.start, period: 0 }
  expect(parts.map(({ of, rows }) => [of, rows[0]!.cells[2]!.cell])).toEqual([
    ['Best customers', { ...cohort, value: 'vip' }],
    ['No value', { ...cohort, value: '' }],
    ['Others', { ...cohort, other: true }],
  ])
})

it('draws only the steps that a link leads to', () => {
  const told: Answered = {
    question: { kind: 'paths' },
    answer: {
      kind: 'paths',
      ...TOLD,
      paths: 3,
      people: 2,
      nodes: [
        { step: 1, item: 'Home', paths: 3 },
        { step: 2, item: 'Shop', paths: 2 },
        { step: 2, item: 'Help', paths: 1 },
      ],
      links: [{ step: 1, from: 'Home', to: 'Shop', paths: 2, people: 2, median_seconds: 5 }],
      hidden: { links: 1, paths: 1 },
    },
  }
  expect(plotOf(told, 'chart', t)).toMatchObject({ nodes: [{ item: 'Home' }, { item: 'Shop' }] })
  expect(tablesOf(told, t)[0]!.rows[0]!.cells[4]).toEqual({ value: 2, cell: { step: 1, item: 'Home', next: 'Shop' } })
})

it('writes raw numbers and harmless texts for spreadsheets', () => {
  const csv = csvOf({
    id: 'main',
    columns: [
      { label: 'Value', as: 'text' },
      { label: 'Share', as: 'percent' },
    ],
    rows: [{ cells: [{ value: '=1+1' }, { value: 0.25 }] }, { cells: [{ value: 'a "b", c' }, { value: null }] }],
  })
  expect(csv).toBe('Value,Share\r\n\'=1+1,0.25\r\n"a ""b"", c",\r\n')
})

it('writes amounts of attribution a column a currency, and leads to the people', () => {
  const [table] = tablesOf(ATTRIBUTION, t)
  expect(table?.columns.map(({ label }) => label).slice(-2)).toEqual(['Amount, EUR', 'Amount'])
  expect(table?.rows.map(({ cells }) => cells.map(({ value }) => value))).toEqual([
    ['ads', 2.5, 0.833333, 3, 2, 20, 0],
    ['Nothing came before', 0.5, 0.166667, null, 1, 0, 5],
  ])
  expect(table?.rows.flatMap(({ cells }) => cells.flatMap(({ cell }) => (cell ? [cell] : [])))).toEqual([
    { of: 'assisted', value: 'ads' },
    { of: 'credited', value: 'ads' },
    { of: 'unattributed' },
  ])
})
