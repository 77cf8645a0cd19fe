import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import type { Condition } from '@/conditions/model'

import { api } from './client'
import { listQuery } from './queries'
import type { Narrowed, Schema, Spelled } from './schema'
import type { List, ProfileSummary, SqlResult } from './types'

/** Segments and computed traits, as the management API tells them. */

export type Status = 'filling' | 'sweeping' | 'live' | 'retiring'

type Definition = { status: Status }

/** `progress` is of filling and sweeping, from 0 to 1; `count` is of members, or of profiles with a value. */
export type Segment = Spelled<Narrowed<Schema<'SegmentView'>, Definition & { of: 'people' | 'accounts' }>, { when: Condition }>
export type ComputedTrait = Narrowed<Schema<'TraitView'>, Definition>
/** `accounts` are the sample of a segment of accounts. */
export type Preview = Schema<'members_PreviewView'>

export type TraitPreview = Schema<'TraitPreview'>

export interface Reason {
  by: 'events' | 'traits' | 'timer' | 'identity' | 'definition' | 'schedule'
  messages?: string[]
  due?: string
}

export type MembershipChange = Spelled<Schema<'ChangeView'>, { reason: Reason }>

export interface Verdict {
  holds: boolean
  condition: Condition
  value: unknown
  /** Message ids of the events that decided. */
  events: string[]
  parts: Verdict[]
}

/** Of people or of accounts: one of the two is there. */
export type WhyMember = Spelled<Schema<'WhyView'>, { verdict: Verdict; changes: MembershipChange[] }>
/** `at` as in errors: when.all[1].value; null is nothing there. */
export type Edit = Schema<'EditView'>
export type Version = Spelled<Narrowed<Schema<'VersionView'>, { status: Status | 'replaced' | 'retired' }>, { definition: { when: Condition } }>
export type NewSegment = Schema<'NewSegment'>
export type NewTrait = Schema<'NewTrait'>

const MOVING_MS = 1000
const RESTING_MS = 15_000
const PAGE = 50

/** Often while something fills, now and then when all is at rest. */
function pace(list: readonly Definition[] | undefined): number {
  return list?.some(({ status }) => status !== 'live') ? MOVING_MS : RESTING_MS
}

export const segmentsQuery = queryOptions({
  queryKey: ['segments'],
  queryFn: ({ signal }) => api.get<List<Segment>>('/segments', undefined, signal),
  refetchInterval: (query) => pace(query.state.data?.items),
})

export const computedTraitsQuery = queryOptions({
  queryKey: ['computed-traits'],
  queryFn: ({ signal }) => api.get<List<ComputedTrait>>('/computed-traits', undefined, signal),
  refetchInterval: (query) => pace(query.state.data?.items),
})

export const segmentQuery = (key: string) =>
  queryOptions({
    queryKey: ['segments', key],
    queryFn: ({ signal }) => api.get<Segment>(`/segments/${key}`, undefined, signal),
    refetchInterval: (query) => pace(query.state.data && [query.state.data]),
  })

export const computedTraitQuery = (key: string) =>
  queryOptions({
    queryKey: ['computed-traits', key],
    queryFn: ({ signal }) => api.get<ComputedTrait>(`/computed-traits/${key}`, undefined, signal),
    refetchInterval: (query) => pace(query.state.data && [query.state.data]),
  })

export const membersQuery = (key: string) => listQuery<ProfileSummary>(['segments', key, 'members'], `/segments/${key}/members`, { limit: PAGE })

/** Those of a segment of accounts are `accounts` of each page. */
export const memberAccountsQuery = (key: string) =>
  listQuery<ProfileSummary, Schema<'MemberListing'>>(['segments', key, 'accounts'], `/segments/${key}/members`, { limit: PAGE })

export const segmentVersionsQuery = (key: string, latest: number) =>
  queryOptions({
    queryKey: ['segments', key, 'versions', latest],
    queryFn: ({ signal }) => api.get<List<Version>>(`/segments/${key}/versions`, undefined, signal),
  })

export const membershipChangesQuery = (key: string) =>
  listQuery<MembershipChange>(['segments', key, 'changes'], `/segments/${key}/changes`, { limit: PAGE })

/** Whom a condition would hold for now: people or accounts. */
export const segmentPreviewQuery = (when: unknown, of: string) =>
  queryOptions({
    queryKey: ['segments', 'preview', of, when],
    queryFn: ({ signal }) => api.post<Preview>('/segments/preview', { when, of }, undefined, signal),
    staleTime: 30_000,
    gcTime: 60_000,
    retry: false,
  })

/** Which values a computation would have for whom now. */
export const traitPreviewQuery = (trait: unknown) =>
  queryOptions({
    queryKey: ['computed-traits', 'preview', trait],
    queryFn: ({ signal }) => api.post<TraitPreview>('/computed-traits/preview', { trait }, undefined, signal),
    staleTime: 30_000,
    gcTime: 60_000,
    retry: false,
  })

export const whyQuery = (key: string, ref: string) =>
  queryOptions({
    queryKey: ['segments', key, 'why', ref],
    queryFn: ({ signal }) => api.get<WhyMember>(`/segments/${key}/why/${encodeURIComponent(ref)}`, undefined, signal),
    retry: false,
  })

/** How many entered and left, per segment, within a day. */
export const lastDayQuery = queryOptions({
  queryKey: ['segments', 'last-day'],
  queryFn: ({ signal }) =>
    ask(
      signal,
      `SELECT segment, sum(CASE WHEN entered THEN 1 ELSE 0 END), sum(CASE WHEN entered THEN 0 ELSE 1 END)
       FROM membership_changes WHERE "at" > ${daysAgo(1)} GROUP BY segment`,
    ).then((rows) => new Map(rows.map(([key, entered, left]) => [String(key), { entered: Number(entered), left: Number(left) }]))),
  refetchInterval: RESTING_MS,
})

export interface DayOfChanges {
  day: string
  entered: number
  left: number
}

/** Entered and left per day, oldest first. */
export const dailyChangesQuery = (key: string, days: number) =>
  queryOptions({
    queryKey: ['segments', key, 'daily', days],
    queryFn: ({ signal }) =>
      ask(
        signal,
        `SELECT CAST("at" AS DATE), sum(CASE WHEN entered THEN 1 ELSE 0 END), sum(CASE WHEN entered THEN 0 ELSE 1 END)
         FROM membership_changes WHERE segment = ${quoted(key)} AND "at" > ${daysAgo(days)}
         GROUP BY 1 ORDER BY 1`,
      ).then((rows): DayOfChanges[] => rows.map(([day, entered, left]) => ({ day: String(day).slice(0, 10), entered: Number(entered), left: Number(left) }))),
    refetchInterval: RESTING_MS,
  })

/** What a computed trait is, over everybody: the most frequent values with their people. */
export const traitValuesQuery = (key: string) =>
  queryOptions({
    queryKey: ['computed-traits', key, 'values'],
    queryFn: ({ signal }) =>
      ask(
        signal,
        `SELECT CAST(value AS VARCHAR), count(*), count(*) OVER () FROM computed_traits
         WHERE trait = ${quoted(key)} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10`,
      ).then((rows) => rows.map(([value, people, kinds]) => ({ value: String(value), people: Number(people), kinds: Number(kinds) }))),
    refetchInterval: RESTING_MS,
  })

export interface NamedEvent {
  id: string
  name: string
  at: string
}

/** Events by their message ids, as far as the warehouse has them. */
export const namedEventsQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['events', 'named', ids],
    queryFn: ({ signal }) =>
      ask(
        signal,
        `SELECT message_id, coalesce(nullif(event, ''), type), "timestamp" FROM events
         WHERE message_id IN (${ids.map(quoted).join(', ')})`,
      ).then((rows): NamedEvent[] => rows.map(([id, name, at]) => ({ id: String(id), name: String(name), at: instant(String(at)) }))),
    enabled: ids.length > 0,
    staleTime: Infinity,
  })

/** Names by profile id, empty for anonymous people; who is too new for the warehouse is not among them. */
export const namedPeopleQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['profiles', 'named', ids],
    queryFn: ({ signal }): Promise<Map<string, string>> =>
      ask(signal, `SELECT profile_id, CASE WHEN known THEN coalesce(name, '') ELSE '' END FROM profile_rows WHERE profile_id IN (${ids.map(quoted).join(', ')})`).then(
        (rows) => new Map(rows.map(([id, name]) => [String(id), String(name)])),
      ),
    enabled: ids.length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })

async function ask(signal: AbortSignal, query: string): Promise<unknown[][]> {
  return (await api.post<SqlResult>('/sql', { query }, undefined, signal)).rows
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function daysAgo(days: number): string {
  const at = new Date(Date.now() - days * 86_400_000)
  return `TIMESTAMP '${at.toISOString().slice(0, 19).replace('T', ' ')}'`
}

/** The warehouse tells instants in UTC, some engines without saying so. */
function instant(text: string): string {
  const iso = text.replace(' ', 'T')
  return /[zZ]|[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`
}
