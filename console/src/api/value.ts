import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { api, ApiError } from './client'
import type { Rule } from './insights'
import { listQuery } from './queries'
import type { Narrowed, Schema, Spelled } from './schema'
import type { List, ProfileSummary } from './types'

/** What customers are worth, and the models that say so, as docs/customer-value.md describes them. */

export const CLASSES = ['champion', 'loyalist', 'discount_seeker', 'promising', 'new', 'needs_attention', 'at_risk', 'hibernating', 'lost'] as const
export type ClassName = (typeof CLASSES)[number]

/** `share` is of all customers. */
export type ValueClass = Narrowed<Schema<'ClassView'>, { name: ClassName }>
/** `currency` is of the money on this page; null when orders tell several, or none. */
export type Classes = Narrowed<Schema<'Classes'>, { classes: ValueClass[] }>
export type ForecastDay = Schema<'Day'>
export type Forecast = Schema<'ForecastView'>
/** A channel is null for orders that nothing came before. */
export type Attribution = Narrowed<Schema<'AttributionView'>, { rule: Rule }>
export type Lookalikes = Schema<'LikeView'>

export type ModelState = 'never' | 'queued' | 'running' | 'ready' | 'not_yet' | 'failed'
export type Verdict = 'stable' | 'shifting' | 'drifted'

/** `computed` are the computed traits that carry it. */
export type ModelTrait = Schema<'TraitSaid'>

export interface ModelCard {
  model: string
  version: number
  trained_at: string
  data_from: string
  data_until: string
  people: number
  events: number
  features: { name: string; meaning: string }[]
  parameters: Record<string, number>
  metrics: Record<string, number>
  calibration: { people: number; predicted: number; observed: number }[]
  drift: { feature: string; psi: number; verdict: Verdict }[]
  /** `text` is English, for what has no words here. */
  notes: { code: string; about: Record<string, string | number>; text: string }[]
  seconds: number
}

type WithCard = { card: ModelCard | null }
export type Model = Spelled<Narrowed<Schema<'ModelView'>, { state: ModelState }>, WithCard>
export type ModelRun = Spelled<Narrowed<Schema<'models_RunView'>, { status: 'done' | 'not_yet' | 'failed' }>, WithCard>
export type ModelSettings = Schema<'SettingsView'>

/** The server answers out of a history that is a minute old at most. */
const FRESH = 60_000

export const classesQuery = queryOptions({
  queryKey: ['value', 'classes'],
  queryFn: ({ signal }) => api.get<Classes>('/value/classes', undefined, signal),
  staleTime: FRESH,
})

export const classPeopleQuery = (name: ClassName) => listQuery<ProfileSummary>(['value', 'classes', name], `/value/classes/${name}/people`, { limit: 50 })

export const forecastQuery = (days: number) =>
  queryOptions({
    queryKey: ['value', 'forecast', days],
    queryFn: ({ signal }) => api.get<Forecast>('/value/forecast', { days }, signal),
    staleTime: FRESH,
    placeholderData: keepPreviousData,
    retry: false,
  })

export const attributionQuery = (rule: Rule, from: string | undefined) =>
  queryOptions({
    queryKey: ['value', 'attribution', rule, from],
    queryFn: ({ signal }) => api.post<Attribution>('/value/attribution', { rule, ...(from ? { from } : {}) }, undefined, signal),
    staleTime: FRESH,
    placeholderData: keepPreviousData,
  })

export const lookalikesQuery = (segment: string, k: number) =>
  queryOptions({
    queryKey: ['value', 'lookalikes', segment, k],
    queryFn: ({ signal }) => api.post<Lookalikes>('/value/lookalikes', { segment, k }, undefined, signal),
    staleTime: FRESH,
    retry: false,
  })

const MOVING_MS = 1000
const RESTING_MS = 30_000

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => api.get<List<Model>>('/models', undefined, signal),
  refetchInterval: ({ state }) => (state.data?.items.some(isMoving) ? MOVING_MS : RESTING_MS),
})

export function isMoving({ state }: Model): boolean {
  return state === 'queued' || state === 'running'
}

/** Asked again when there is a later run. */
export const modelRunsQuery = ({ name, last_run_at }: Model) =>
  queryOptions({
    queryKey: ['models', name, 'runs', last_run_at],
    queryFn: ({ signal }) => api.get<List<ModelRun>>(`/models/${name}/cards`, { limit: 10 }, signal),
    placeholderData: keepPreviousData,
  })

export const modelSettingsQuery = queryOptions({
  queryKey: ['models', 'settings'],
  queryFn: ({ signal }) => api.get<ModelSettings>('/models/settings', undefined, signal),
})

/** Too little is known to answer: no fault of anybody's. */
export function isTooLittle(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'too_little'
}
