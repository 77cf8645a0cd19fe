import { queryOptions } from '@tanstack/react-query'

import { api } from './client'
import { listQuery } from './queries'
import type { List } from './types'

/** Events that were accepted but could not be used, as the management API tells them. */

export type QuarantineStatus = 'open' | 'redriven' | 'discarded'

export interface Quarantined {
  id: number
  source: string
  message_id: string | null
  reason: string
  meaning: string
  detail: string
  received_at: string | null
  /** Text when it is not JSON. */
  body: unknown
  status: QuarantineStatus
  note: string
}

export interface ReasonCount {
  reason: string
  meaning: string
  count: number
}

export interface Redriven {
  id: number
  /** As for any event, or `skipped` when it cannot be sent as it is. */
  status: string
  detail: string
  /** Its number when it came back; a new one if it was corrected. */
  quarantined: number | null
}

export interface QuarantineFilter {
  reason?: string
  source?: string
  status?: string
}

export const quarantineQuery = ({ reason, source, status = 'open' }: QuarantineFilter) =>
  listQuery<Quarantined>(['quarantine', 'list', reason, source, status], '/quarantine', { reason, source, status, limit: 50 })

export const reasonsQuery = (status: string, source?: string) =>
  queryOptions({
    queryKey: ['quarantine', 'reasons', status, source],
    queryFn: ({ signal }) => api.get<List<ReasonCount>>('/quarantine/reasons', { status, source }, signal),
  })

export const quarantinedQuery = (id: string) =>
  queryOptions({
    queryKey: ['quarantine', 'one', id],
    queryFn: ({ signal }) => api.get<Quarantined>(`/quarantine/${encodeURIComponent(id)}`, undefined, signal),
  })
