import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { api } from './client'
import { savedInsightsQuery, type SavedInsight, type Scope, type Series, type Unit, type Values } from './insights'
import type { Spelled } from './schema'
import type { List } from './types'

/** One metric with the inputs that move it, as docs/insights.md describes it. */

export type Combine = 'sum' | 'product'

export const UNITS = ['number', 'currency', 'percent', 'duration'] as const

/** How the numbers of a metric are written: a percentage is of a share, a duration of seconds. */
export interface MetricUnit {
  as?: (typeof UNITS)[number]
  /** ISO 4217. */
  currency?: string
  /** Without it as many as say something. */
  decimals?: number
}

export interface Metric {
  name: string
  series: Series[]
  formula?: string
  /** How the inputs make the metric. */
  combine?: Combine
  inputs?: Metric[]
  unit?: MetricUnit
}

export interface NorthStarQuestion extends Scope {
  kind: 'north_star'
  metric: Metric
  period?: Unit
  /** The day on which the compared period begins; without it the last that is complete. */
  at?: string
}

export interface MetricAnswer {
  name: string
  values: Values
  value: number | null
  before: number | null
  change: number | null
  change_share: number | null
  /** Of the change of the metric above. */
  contribution?: number | null
  contribution_share?: number | null
  combine?: Combine
  unexplained?: number | null
  inputs?: MetricAnswer[]
  unit?: MetricUnit
}

export interface NorthStarAnswer {
  kind: 'north_star'
  periods: string[]
  complete: boolean[]
  period: string
  before: string | null
  metric: MetricAnswer
  as_of: string
  elapsed_ms: number
  cached: boolean
}

export interface NorthStarTold {
  question: NorthStarQuestion
  answer: NorthStarAnswer
}

export type SavedNorthStar = Spelled<SavedInsight, { kind: 'north_star'; question: NorthStarQuestion }>
export type Saved = SavedInsight | SavedNorthStar

/** All that is saved, of any kind: keys are taken by each. */
export const everySavedQuery = queryOptions({
  queryKey: savedInsightsQuery.queryKey,
  queryFn: ({ signal }) => api.get<List<Saved>>('/saved-insights', undefined, signal),
  staleTime: 30_000,
})

export function isNorthStar(saved: Saved): saved is SavedNorthStar {
  return saved.kind === 'north_star'
}

export function northStarsOf(list: List<Saved> | undefined): SavedNorthStar[] | undefined {
  return list?.items.filter(isNorthStar)
}

export const northStarQuery = (question: NorthStarQuestion) =>
  queryOptions({
    queryKey: ['insights', 'north-star', question],
    queryFn: async ({ signal }): Promise<NorthStarTold> => ({ question, answer: await api.post<NorthStarAnswer>('/insights/north_star', question, undefined, signal) }),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    retry: false,
  })
