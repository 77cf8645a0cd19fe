import { queryOptions } from '@tanstack/react-query'

import { api, queryString } from './client'
import { listQuery } from './queries'
import type { Json, List, LiveEvent, ProfileSummary, TypedValue } from './types'

/** Profiles and identity, as the management API tells them. */

export interface SeenIdentifier extends TypedValue {
  first_seen: string | null
  last_seen: string | null
  count: number
  sources: string[]
  shared: boolean
}

export interface Candidate {
  value: unknown
  source: string
  time: string
  first_time: string
  count: number
  message_id: string
  identifier: string | null
  wins: boolean
  why: string
}

export interface Why {
  value: unknown
  rule: string
  source: string | null
  time: string | null
  message_id: string | null
  identifier: string | null
  pinned: boolean
  pin?: { decision: string; by: string; reason: string; at: string }
  candidates: Candidate[]
}

export interface Profile {
  id: string
  name: string | null
  known: boolean
  identifiers: SeenIdentifier[]
  traits: Json
  first_seen: string | null
  last_seen: string | null
  sources: string[]
  brands: string[]
  accounts: { id: string; traits: Json }[]
  /** Keys of those she is in; absent before there are segments. */
  segments?: string[]
  /** Values of computed traits. */
  computed?: Json
  counters: { total: number; events: Record<string, { count: number; first: string | null; last: string | null }> }
  explain: Record<string, Why>
}

export interface IdentifierDetail extends SeenIdentifier {
  node: number
  state: 'open' | 'owned' | 'shared' | 'crowded' | 'blocked'
  profile: string
}

export interface Evidence {
  a: string
  b: string
  first_seen: string
  last_seen: string
  count: number
  source: string
  message_id: string
  kind: 'observed' | 'manual'
}

export interface Refusal extends Evidence {
  rule: string
  explanation: string
}

export interface DecisionRecord {
  id: string
  action: 'merge' | 'split' | 'undo'
  a: string
  b: string
  by: string
  reason: string
  at: string | null
  undone: boolean
}

export interface IdentityView {
  id: string
  identifiers: IdentifierDetail[]
  evidence: Evidence[]
  refused: Refusal[]
  decisions: DecisionRecord[]
  path: Evidence[] | null
}

export interface Sample {
  profile: string
  identifiers: string[]
  count: number
}

export interface Preview {
  before: Sample[]
  after: Sample[]
  events_moved: number
}

/** What is asked of `/identity/{action}`; `reason` comes when it is decided. */
export type Ask = { action: 'merge' | 'split'; a: string; b: string } | { action: 'undo'; decision: string }

export interface ProfileFilter {
  q?: string
  known?: string
  brand?: string
  source?: string
  /** `-last_seen` when absent. */
  sort?: string
}

export interface TimelineFilter {
  type?: string
  event?: string
  source?: string
}

const PAGE = 50

/** `count` is of all that fit; without `exact` there are at least so many. */
export interface ProfileList extends List<ProfileSummary> {
  count: number
  exact: boolean
}

export const profilesQuery = ({ q, known, brand, source, sort }: ProfileFilter) =>
  listQuery<ProfileSummary, ProfileList>(['profiles', q, known, brand, source, sort], '/profiles', {
    q,
    known,
    brand,
    source,
    sort,
    limit: PAGE,
  })

/** Where a file of these people is: of some by id, or of all that fit. */
export function profilesFile(format: 'csv' | 'json', { q, known, brand, source, sort }: ProfileFilter, ids?: readonly string[]): string {
  const what = ids ? { ids: ids.join(',') } : { q, known, brand, source, sort }
  return `/api/v1/profiles/export${queryString({ format, ...what })}`
}

export const profileQuery = (ref: string) =>
  queryOptions({
    queryKey: ['profile', ref],
    queryFn: ({ signal }) => api.get<Profile>(profilePath(ref), { explain: true }, signal),
  })

export const timelineQuery = (ref: string, { type, event, source }: TimelineFilter, limit = PAGE) =>
  listQuery<LiveEvent>(['profile', ref, 'events', type, event, source, limit], `${profilePath(ref)}/events`, {
    type,
    event,
    source,
    limit,
  })

export const identityQuery = (ref: string, from?: string, to?: string) =>
  queryOptions({
    queryKey: ['profile', ref, 'identity', from, to],
    queryFn: ({ signal }) => api.get<IdentityView>(`${profilePath(ref)}/identity`, { from, to }, signal),
  })

export const previewQuery = ({ action, ...body }: Ask) =>
  queryOptions({
    queryKey: ['preview', action, body],
    queryFn: () => api.post<Preview>(`/identity/${action}`, body, { preview: true }),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })

export function profilePath(ref: string): string {
  return `/profiles/${encodeURIComponent(ref)}`
}
