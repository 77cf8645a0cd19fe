import { queryOptions } from '@tanstack/react-query'

import { api } from './client'
import type { Narrowed, Schema } from './schema'
import type { List, StoredEvent } from './types'

/** The catalogue of events, as the management API tells it. */

/** `event` is empty for identify, group and alias; `volume` has one entry a day, the last 14 days. */
export type EventKind = Schema<'EventKind'>
/** `filled` are events that carried it with a value. */
export type EventProperty = Schema<'Property'>
/** What one source sent: in all, and on each of the last days, oldest first. */
export type SourceVolume = Schema<'SourceVolume'>
/** The source that sent most first. */
export type EventDetail = Narrowed<Schema<'EventDetail'>, { samples: StoredEvent[] }>

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
