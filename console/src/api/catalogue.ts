import { queryOptions } from '@tanstack/react-query'

import { api } from './client'
import type { List, LiveEvent } from './types'

/** The catalogue of events, as the management API tells it. */

export interface EventKind {
  type: string
  /** Empty for identify, group and alias. */
  event: string | null
  count: number
  first_seen: string | null
  last_seen: string | null
  sources: string[]
  /** One entry a day, oldest first, the last 14 days. */
  volume: { day: string; count: number }[]
}

export interface EventProperty {
  name: string
  types: string[]
  /** Events that carried it with a value. */
  filled: number
  examples: unknown[]
}

/** What one source sent: in all, and on each of the last days, oldest first. */
export interface SourceVolume {
  source: string
  count: number
  volume: { day: string; count: number }[]
}

export interface EventDetail {
  type: string
  event: string
  count: number
  first_seen: string | null
  last_seen: string | null
  /** The source that sent most first. */
  volumes: SourceVolume[]
  properties: EventProperty[]
  samples: LiveEvent[]
}

export const catalogueQuery = queryOptions({
  queryKey: ['events'],
  queryFn: ({ signal }) => api.get<List<EventKind>>('/events', undefined, signal),
  staleTime: 30_000,
})

export const eventQuery = (type: string, event: string, days: number) =>
  queryOptions({
    queryKey: ['events', type, event, days],
    queryFn: ({ signal }) =>
      api.get<EventDetail>(`/events/${type}${event && `/${encodeURIComponent(event)}`}`, { days }, signal),
  })
