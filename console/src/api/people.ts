import { queryOptions } from '@tanstack/react-query'

import { api, queryString } from './client'
import { listQuery } from './queries'
import type { Narrowed, Schema } from './schema'
import type { ProfileSummary, StoredEvent } from './types'

/** Profiles and identity, as the management API tells them. */

/** With `?explain=true`; a mapping to the API, so its shape is said here. */
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

/** `segments` are keys of those she is in, `computed` values of computed traits. */
export type Profile = Narrowed<Schema<'Profile'>, { explain: Record<string, Why> }>

export type IdentifierDetail = Narrowed<Schema<'IdentifierDetail'>, { state: 'open' | 'owned' | 'shared' | 'crowded' | 'blocked' }>

type Kind = { kind: 'observed' | 'manual' }
export type Evidence = Narrowed<Schema<'EvidenceView'>, Kind>
export type Refusal = Narrowed<Schema<'RefusedView'>, Kind>
export type DecisionRecord = Narrowed<Schema<'DecisionSummary'>, { action: 'merge' | 'split' | 'undo' }>
export type IdentityView = Narrowed<
  Schema<'IdentityPage'>,
  { identifiers: IdentifierDetail[]; evidence: Evidence[]; refused: Refusal[]; decisions: DecisionRecord[]; path: Evidence[] | null }
>

export type Sample = Schema<'SampleView'>
export type Preview = Schema<'decisions_PreviewView'>

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
export type ProfileList = Schema<'ProfileListing'>

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
  listQuery<StoredEvent>(['profile', ref, 'events', type, event, source, limit], `${profilePath(ref)}/events`, {
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
    queryFn: ({ signal }) => api.post<Preview>(`/identity/${action}`, body, { preview: true }, signal),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })

export function profilePath(ref: string): string {
  return `/profiles/${encodeURIComponent(ref)}`
}
