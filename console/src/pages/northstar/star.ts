import type { EventPick, Scope, Series, TrendsAnswer, TrendsQuestion, Values } from '@/api/insights'
import type { Metric, MetricAnswer, MetricUnit, NorthStarAnswer, NorthStarQuestion } from '@/api/northstar'

import { ANYTHING, isWhole, trimmed } from '../insights/question'

/** North stars as the page holds them: in the address, half-written, and as they are asked. */

export function toText(question: NorthStarQuestion): string {
  return JSON.stringify(trimmed(question))
}

export function fromText(text: string | undefined): NorthStarQuestion | undefined {
  if (!text) return undefined
  try {
    const data: unknown = JSON.parse(text)
    return isQuestion(data) ? data : undefined
  } catch {
    return undefined
  }
}

function isQuestion(data: unknown): data is NorthStarQuestion {
  return typeof data === 'object' && data !== null && 'kind' in data && data.kind === 'north_star' && 'metric' in data && isMetric(data.metric)
}

function isMetric(data: unknown): data is Metric {
  if (typeof data !== 'object' || data === null || !('name' in data) || !('series' in data)) return false
  const inputs = 'inputs' in data ? data.inputs : []
  const series = data.series
  const whole = Array.isArray(series) && series.length > 0 && series.every((each: unknown) => typeof each === 'object' && each !== null && 'event' in each)
  return typeof data.name === 'string' && whole && Array.isArray(inputs) && inputs.every(isMetric)
}

/** What can be asked already: without filters that are still being written. */
export function askable(question: NorthStarQuestion, at?: string): NorthStarQuestion {
  return trimmed({ ...question, where: question.where?.filter(isWhole), metric: mapped(question.metric, whole), at })
}

function whole(metric: Metric): Metric {
  return { ...metric, unit: unitOf(metric.unit), combine: metric.inputs?.length ? metric.combine : undefined, series: metric.series.map((each) => ({ ...each, where: each.where?.filter(isWhole) })) }
}

/** Nothing where it says no more than what is usual, or its currency is still being written. */
function unitOf(unit: MetricUnit | undefined): MetricUnit | undefined {
  const { as, currency, decimals } = unit ?? {}
  if (as === 'currency') return /^[A-Z]{3}$/.test(currency ?? '') ? { as, currency, decimals } : undefined
  if ((as ?? 'number') === 'number') return decimals === undefined ? undefined : { decimals }
  return { as, decimals }
}

const OF_VALUES = new Set(['sum', 'avg', 'median', 'p90', 'min', 'max'])

/** Nothing is missing without which it cannot be asked. */
export function isReady({ metric }: NorthStarQuestion): boolean {
  const all = metricsOf(metric)
  const names = all.map(({ name }) => name.trim())
  const distinct = new Set(names).size === names.length && names.every(Boolean)
  return distinct && all.every(({ series, formula }) => (series.length > 1) === Boolean(formula) && series.every(({ measure, path }) => !OF_VALUES.has(measure ?? '') || Boolean(path)))
}

/** The metric and all below it, each before its inputs. */
export function metricsOf(metric: Metric): Metric[] {
  return [metric, ...(metric.inputs ?? []).flatMap(metricsOf)]
}

function mapped(metric: Metric, change: (metric: Metric) => Metric): Metric {
  const inputs = metric.inputs?.map((each) => mapped(each, change))
  return change({ ...metric, inputs })
}

/** The question about one metric alone, against the time before: what Explore opens. */
export function trendsOf({ from, to, timezone, where, segment, period }: NorthStarQuestion, { series, formula }: Metric): TrendsQuestion {
  const scope: Scope = { from, to, timezone, where, segment }
  return trimmed({ kind: 'trends' as const, series, formulas: formula ? [formula] : undefined, period: period ?? 'week', compare: 'previous' as const, ...scope })
}

/** The one line of a metric's own question. */
export function lineOf(told: Pick<TrendsAnswer, 'series' | 'formulas'> | undefined): Values | undefined {
  return (told?.formulas?.[0] ?? told?.series[0])?.values
}

export interface Row {
  node: MetricAnswer
  depth: number
  /** Whose input it is. */
  above?: MetricAnswer
}

export function rowsOf(node: MetricAnswer, depth = 0, above?: MetricAnswer): Row[] {
  return [{ node, depth, above }, ...(node.inputs ?? []).flatMap((each) => rowsOf(each, depth + 1, node))]
}

/** From here on numbers may still grow. */
export function openFrom(complete: readonly boolean[]): number {
  const last = complete.lastIndexOf(true)
  return last === complete.length - 1 ? Infinity : last + 1
}

/** What a small line shows: periods that are over. */
export function trendOf({ values }: MetricAnswer, { complete }: NorthStarAnswer): number[] {
  return values.slice(0, openFrom(complete)).map((each) => each ?? 0)
}

/** Periods that can be compared with one before: the latest first. */
export function comparable({ periods, complete }: NorthStarAnswer): string[] {
  return periods.filter((_, index) => index > 0 && complete[index]).toReversed()
}

interface Words {
  buyers: string
  ordersEach: string
  orderValue: string
  people: (event: string) => string
  often: string
  revenue: string
  active: string
}

export interface Template {
  id: 'revenue' | 'often' | 'active'
  name: string
  question: NorthStarQuestion
}

/** Where somebody can begin, out of what the shop's events are. */
export function templates(main: string | undefined, amount: string | undefined, frequent: readonly string[], words: Words, timezone: string): Template[] {
  const base = { kind: 'north_star' as const, period: 'week' as const, from: '90d', timezone }
  const one = (name: string, event: string, measure: string, path?: string): Metric => ({ name, series: [{ event, measure, ...(path ? { path } : {}) }] })
  const found: Template[] = []
  if (main && amount) {
    const metric: Metric = {
      ...one(words.revenue, main, 'sum', amount),
      combine: 'product',
      inputs: [one(words.buyers, main, 'people'), one(words.ordersEach, main, 'per_person'), one(words.orderValue, main, 'avg', amount)],
    }
    found.push({ id: 'revenue', name: words.revenue, question: { ...base, metric } })
  }
  if (main) {
    const metric: Metric = { ...one(main, main, 'events'), combine: 'product', inputs: [one(words.people(main), main, 'people'), one(words.often, main, 'per_person')] }
    found.push({ id: 'often', name: main, question: { ...base, metric } })
  }
  const inputs = frequent.map((event) => one(words.people(event), event, 'people'))
  found.push({ id: 'active', name: words.active, question: { ...base, metric: { ...one(words.active, '*', 'people'), inputs } } })
  return found
}

const LETTERS = 'ABCDEFGHIJ'

/** With another event; several need a formula. */
export function withSeries(metric: Metric, pick: EventPick = ANYTHING): Metric {
  const series: Series[] = [...metric.series, { ...pick, measure: 'events' }]
  return { ...metric, series, formula: metric.formula ?? LETTERS.slice(0, series.length).split('').join(' / ') }
}

export function withoutSeries(metric: Metric, index: number): Metric {
  const series = metric.series.filter((_, place) => place !== index)
  return { ...metric, series, formula: series.length > 1 ? metric.formula : undefined }
}

/** A name that no other metric has. */
export function freeName(question: NorthStarQuestion, wanted: string): string {
  const taken = new Set(metricsOf(question.metric).map(({ name }) => name))
  let number = taken.size
  while (taken.has(`${wanted} ${number}`)) number += 1
  return `${wanted} ${number}`
}
