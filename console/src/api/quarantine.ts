import { queryOptions } from '@tanstack/react-query'

import { api } from './client'
import { listQuery } from './queries'
import type { Narrowed, Schema } from './schema'
import type { List } from './types'

/** Events that were accepted but could not be used, as the management API tells them. */

export type QuarantineStatus = 'open' | 'redriven' | 'discarded'

/** `body` is text when it is not JSON. */
export type Quarantined = Narrowed<Schema<'QuarantinedView'>, { status: QuarantineStatus }>
export type ReasonCount = Schema<'ReasonCount'>
/** `status` as for any event, or `skipped`; `quarantined` is its number when it came back, a new one if it was corrected. */
export type Redriven = Schema<'Redriven'>

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
