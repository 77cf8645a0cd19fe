import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { api, ApiError } from './client'
import type { Narrowed, Schema, Spelled } from './schema'
import type { List, ProfileSummary } from './types'

/** Questions about many people and their answers, as docs/insights.md describes them. */

export const KINDS = ['trends', 'funnel', 'retention', 'lifecycle', 'stickiness', 'active', 'paths', 'revenue', 'attribution'] as const
export type Kind = (typeof KINDS)[number]

export type FilterValue = string | number | boolean | (string | number)[]

export interface Filter {
  path: string
  op: string
  value?: FilterValue
}

export interface EventPick {
  /** One name, several, or `*`. */
  event: string | string[]
  /** `track` for names when absent. */
  type?: string
  where?: Filter[]
  label?: string
}

export interface Scope {
  /** A day, an instant, or a length before the end: `90d`. */
  from?: string
  to?: string
  timezone?: string
  where?: Filter[]
  /** Members of this one, or who has a value; of several, to whom all of it applies. */
  segment?: Among | Among[]
}

/** Whose trait has this value now, as text, or none of several; null is no value. */
export interface HasTrait {
  /** All are missing while they are being written. */
  trait?: string
  value?: string | null
  other_than?: (string | null)[]
}

/** The key of a segment, or a value of a trait. */
export type Among = string | HasTrait

/** People beside each other: the members of segments, or who has which value of a trait. */
export interface Groups {
  segments?: string[]
  trait?: string
  limit?: number
}

export type Unit = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'

export interface Series extends EventPick {
  measure?: string
  path?: string
}

export interface TrendsQuestion extends Scope {
  kind: 'trends'
  series: Series[]
  period?: Unit
  breakdown?: string | Groups
  limit?: number
  formulas?: string[]
  moving_average?: number
  compare?: 'previous' | 'year'
}

export interface Exclusion extends EventPick {
  after?: number
  before?: number
}

export interface FunnelQuestion extends Scope {
  kind: 'funnel'
  steps: EventPick[]
  window?: string
  order?: 'ordered' | 'strict' | 'any'
  reentry?: 'newest' | 'first'
  range?: 'first_step' | 'all_steps'
  exclusions?: Exclusion[]
  hold?: string[]
  breakdown?: Groups & { by?: string; attribution?: 'first' | 'last' | 'step'; step?: number }
  over_time?: 'day' | 'week' | 'month'
  count?: 'people' | 'chains'
  /** Events less than this apart are in no order. */
  grace?: string
}

export interface RetentionQuestion extends Scope {
  kind: 'retention'
  start: EventPick
  return: EventPick
  period?: 'day' | 'week' | 'month'
  periods?: number
  /** Cells of several periods: `0`, `1-3`. */
  brackets?: string[]
  mode?: 'recurring' | 'first_in_range' | 'first_ever'
  clock?: 'calendar' | 'rolling'
  match?: 'on' | 'on_or_after' | 'on_or_before' | 'streak'
  first_cell?: 'all' | 'returned'
  min_occurrences?: number
  sum?: string
  breakdown?: Groups
}

export interface LifecycleQuestion extends Scope {
  kind: 'lifecycle'
  event?: EventPick
  period?: Unit
  new_by?: 'first_event_ever' | 'first_in_range' | 'person_created'
}

export interface StickinessQuestion extends Scope {
  kind: 'stickiness'
  event?: EventPick
  period?: Unit
  min_occurrences?: number
}

export interface ActiveQuestion extends Scope {
  kind: 'active'
  event?: EventPick
  period?: Unit
  trailing?: number
}

export interface PathsQuestion extends Scope {
  kind: 'paths'
  event?: EventPick
  by?: string
  start?: string
  end?: string
  steps?: number
  session?: string
  limit?: number
}

export const RULES = ['last', 'first', 'linear', 'time_decay', 'position'] as const
export type Rule = (typeof RULES)[number]

export interface AttributionQuestion extends Scope {
  kind: 'attribution'
  conversion?: EventPick
  touches: EventPick[]
  by?: string
  rule?: Rule
  lookback?: string
  half_life?: string
  position?: { first?: number; last?: number }
  value?: string[]
  currency?: string | null
  order_id?: string | null
  limit?: number
}

export interface RevenueQuestion extends Scope {
  kind: 'revenue'
  order?: EventPick
  /** null: nothing is taken off. */
  refund?: EventPick | null
  amount?: string[]
  order_id?: string | null
  currency?: string | null
  /** Only what is in this currency. */
  in?: string
  period?: Unit
  /** How long after the first order a second one counts. */
  within?: string
  breakdown?: string
  limit?: number
}

export type Question =
  | RevenueQuestion
  | TrendsQuestion
  | FunnelQuestion
  | RetentionQuestion
  | LifecycleQuestion
  | StickinessQuestion
  | ActiveQuestion
  | PathsQuestion
  | AttributionQuestion

interface Told {
  as_of: string
  elapsed_ms: number
  cached: boolean
}

/** null where nothing can be told. */
export type Values = (number | null)[]

export interface Line {
  values: Values
  moving_average?: Values
}

/** What one part of a breakdown is about. */
export interface Part {
  /** null where there is none. */
  value: string | null
  /** The name of a segment, whose key is the value. */
  label?: string
  /** All values that are not told one by one. */
  other?: boolean
}

export interface TrendsLines {
  periods: string[]
  series: (Line & { name: string; label: string; measure: string; breakdown?: (Line & Part)[] })[]
  formulas?: (Line & { formula: string })[]
}

export interface TrendsAnswer extends Told, TrendsLines {
  kind: 'trends'
  complete: boolean[]
  compared?: TrendsLines
}

export interface Durations {
  people: number
  /** Seconds. */
  average: number
  median: number
  p90: number
  histogram: { from: number; to: number | null; people: number }[]
}

export interface FunnelStep {
  event: string
  count: number
  conversion: number | null
  conversion_from_previous: number | null
  dropped: number
  time_to_convert: Durations | null
}

export interface FunnelSteps {
  steps: FunnelStep[]
  time_to_convert: Durations | null
}

export interface FunnelAnswer extends Told, FunnelSteps {
  kind: 'funnel'
  /** Chains: who goes through twice counts twice. */
  count: 'people' | 'chains'
  from: string
  to: string
  breakdown?: (FunnelSteps & Part)[]
  over_time?: (FunnelSteps & { start: string; complete: boolean })[]
}

export interface Cohort {
  start: string
  size: number
  values: Values
  complete: boolean[]
  sums?: (string | null)[]
}

export interface RetentionAnswer extends Told {
  kind: 'retention'
  period: 'day' | 'week' | 'month'
  cohorts: Cohort[]
  average: Values
  brackets?: string[]
  breakdown?: (Part & { cohorts: Cohort[]; average: Values })[]
}

interface Period {
  start: string
  complete: boolean
}

export const STATES = ['new', 'returning', 'resurrected', 'dormant'] as const
export type State = (typeof STATES)[number]

export interface LifecycleAnswer extends Told {
  kind: 'lifecycle'
  periods: (Period & Record<State, number> & { pulse: number | null })[]
}

export interface StickinessAnswer extends Told {
  kind: 'stickiness'
  of: number
  people: number
  periods: { periods: number; people: number; or_more: number; share: number | null }[]
}

export interface ActiveAnswer extends Told {
  kind: 'active'
  trailing: number
  periods: (Period & { people: number; events: number; trailing?: number; ratio?: number | null })[]
}

export interface PathsAnswer extends Told {
  kind: 'paths'
  paths: number
  people: number
  nodes: { step: number; item: string; paths: number }[]
  links: { step: number; from: string; to: string; paths: number; people: number; median_seconds: number }[]
  hidden: { links: number; paths: number }
}

export interface Amount {
  currency: string | null
  amount: number
}

export interface Credit {
  conversions: number
  /** Of all conversions. */
  share: number | null
  people: number
  amounts: Amount[]
}

export interface AttributionAnswer extends Told {
  kind: 'attribution'
  conversions: number
  people: number
  amounts: Amount[]
  touches: (Credit & { value: string; assisted: number })[]
  unattributed: Credit
  /** Values that are not told. */
  hidden?: number
}

export interface Money {
  revenue: number | null
  refunded: number | null
  net: number | null
  average_order_value: number | null
}

export type RevenueBuyers = 'buyers' | 'new' | 'returning' | 'came_back'

/** Money is null where several currencies occur; each has its own then. */
export interface RevenuePeriod extends Period, Money {
  orders: number
  buyers: number
  new: number
  returning: number
  repeat: { people: number; came_back: number; rate: number | null; median_seconds: number | null; p90_seconds: number | null; complete: boolean }
  currencies?: (Money & { currency: string | null; orders: number })[]
}

export interface RevenueAnswer extends Told {
  kind: 'revenue'
  currencies: (string | null)[]
  periods: RevenuePeriod[]
  /** The whole time as one period. */
  total: RevenuePeriod
  breakdown?: { value: string | null; orders: number; periods: RevenuePeriod[] }[]
}

export type Answer =
  | RevenueAnswer
  | TrendsAnswer
  | FunnelAnswer
  | RetentionAnswer
  | LifecycleAnswer
  | StickinessAnswer
  | ActiveAnswer
  | PathsAnswer
  | AttributionAnswer

/** A question beside its own answer, so that the two never part. */
export interface Answered {
  question: Question
  answer: Answer
}

/** Names one number of an answer. */
export type Cell = Record<string, string | number | boolean>

export interface WhyEvent {
  at: string
  event?: string
  message_id?: string
  /** Of funnels: what became of it as each step. */
  steps?: { step: number; result: string }[]
  /** Of trends. */
  period?: string
  series?: string[]
}

/** What is told depends on the kind. */
export interface Why {
  profile: string
  reached?: number
  value?: string | null
  chain?: WhyEvent[]
  events?: WhyEvent[]
  cohorts?: {
    start: string
    anchor: string
    values: boolean[]
    returns: { at: string; message_id: string; period: number }[]
  }[]
  periods?: number | (string | { start: string; state: State })[]
  paths?: { item: string; at: string }[][]
  /** Of revenue; `order` counts them, null for what is none. */
  orders?: { at: string; event?: string; message_id?: string; order: number | null; amount: number | null; period: string | null }[]
  /** Of attribution, each with the touches that it is due to. */
  conversions?: (WhyEvent & Partial<Amount> & { touches: (WhyEvent & { value: string; share: number })[] })[]
}

export type SavedInsight = Spelled<Narrowed<Schema<'SavedInsight'>, { kind: Kind }>, { question: Question }>
/** Its width in columns of twelve, its height in rows of 80 px. */
export type DashboardCard = Schema<'Card'>
/** Laid over the questions of all cards. */
export type DashboardFilters = Pick<Scope, keyof Schema<'Filters'>>
export type Dashboard = Spelled<Schema<'Dashboard'>, { filters: DashboardFilters }>

/** `onRun` is told the name under which the answer can be watched and cancelled while it is computed. */
export const answerQuery = (question: Question, onRun?: (run: string) => void) =>
  queryOptions({
    queryKey: ['insights', 'answer', question],
    // What nobody waits for any more is ended on the server.
    queryFn: async ({ signal }): Promise<Answered> => {
      const run = onRun && newRun()
      if (run) onRun(run)
      return { question, answer: await api.post<Answer>(`/insights/${question.kind}`, question, { run }, signal) }
    },
    staleTime: 60_000,
    retry: false,
  })

/** Made by hand: `randomUUID` is there only over HTTPS. */
function newRun(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')
}

const LOOK_AGAIN_MS = 500

/** How far it is; nothing once it has been answered. */
export const runQuery = (run: string) =>
  queryOptions({
    queryKey: ['insights', 'running', run],
    queryFn: ({ signal }) => api.get<Schema<'running_RunView'>>(`/insights/running/${run}`, undefined, signal),
    refetchInterval: LOOK_AGAIN_MS,
    gcTime: 0,
    retry: false,
  })

const PAGE = 50

export const peopleQuery = (question: Question, cell: Cell) =>
  infiniteQueryOptions({
    queryKey: ['insights', 'people', question, cell],
    queryFn: ({ pageParam, signal }) =>
      api.post<List<ProfileSummary>>(`/insights/${question.kind}/people`, { question, cell }, { limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    retry: false,
  })

export const whyQuery = (question: Question, profile: string) =>
  queryOptions({
    queryKey: ['insights', 'why', question, profile],
    queryFn: ({ signal }) => api.post<Why>(`/insights/${question.kind}/why`, { question, profile }, undefined, signal),
    retry: false,
  })

export const savedInsightsQuery = queryOptions({
  queryKey: ['insights', 'saved'],
  queryFn: ({ signal }) => api.get<List<SavedInsight>>('/saved-insights', undefined, signal),
  staleTime: 30_000,
  // Kinds with a page of their own, as the north star, are not asked here.
  select: (list: List<SavedInsight>) => ({ ...list, items: list.items.filter(({ kind }) => KINDS.includes(kind)) }),
})

export const dashboardsQuery = queryOptions({
  queryKey: ['dashboards'],
  queryFn: ({ signal }) => api.get<List<Dashboard>>('/dashboards', undefined, signal),
  staleTime: 30_000,
})

export const dashboardQuery = (key: string) =>
  queryOptions({
    queryKey: ['dashboards', key],
    queryFn: ({ signal }) => api.get<Dashboard>(`/dashboards/${encodeURIComponent(key)}`, undefined, signal),
    staleTime: 30_000,
  })

/** A question or a dashboard that is kept; `version` is the latest. */
export interface Kept {
  sort: 'saved-insights' | 'dashboards'
  key: string
  version: number
}

export type KeptVersion = Narrowed<Schema<'VersionView'>, { status: 'live' | 'replaced' | 'retired' }>

export const keptVersionsQuery = ({ sort, key, version }: Kept) =>
  queryOptions({
    queryKey: [sort, key, 'versions', version],
    queryFn: ({ signal }) => api.get<List<KeptVersion>>(`/${sort}/${encodeURIComponent(key)}/versions`, undefined, signal),
  })

/** The segments of people that a question can be narrowed to; none where the server has none. */
export const segmentChoicesQuery = queryOptions({
  queryKey: ['segments', 'choices'],
  queryFn: async ({ signal }) => {
    try {
      return (await api.get<List<Schema<'SegmentView'>>>('/segments', undefined, signal)).items.filter((segment) => segment.of === 'people')
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return []
      throw error
    }
  },
  staleTime: 60_000,
})
