import { queryOptions } from '@tanstack/react-query'

import { api } from './client'
import type { Narrowed, Schema } from './schema'

/** Dashboards that are sent by e-mail. */

export const EVERY = ['day', 'week', 'month'] as const
export const LANGUAGES = ['en', 'zh-CN', 'ar'] as const

/** `weekday` 1 is Monday, `day` is of the month, 1 to 28. */
export type Schedule = Schema<'Schedule'>
/** `detail` is what the mail server said. */
export type Delivery = Narrowed<Schema<'DeliveryView'>, { status: 'sent' | 'failed' }>
/** `schedule` is null when the dashboard is not sent; `try_at` is set while a failed letter waits to be tried again. */
export type Mailing = Narrowed<Schema<'ScheduleView'>, { deliveries: Delivery[] }>

const pathOf = (key: string) => `/dashboards/${encodeURIComponent(key)}/schedule`

export const mailingQuery = (key: string) =>
  queryOptions({
    queryKey: ['dashboards', key, 'mailing'],
    queryFn: ({ signal }) => api.get<Mailing>(pathOf(key), undefined, signal),
    refetchInterval: 5_000,
  })

export const putSchedule = (key: string, schedule: Schedule) => api.put<Mailing>(pathOf(key), schedule)
export const removeSchedule = (key: string) => api.delete<unknown>(pathOf(key))
export const sendNow = (key: string) => api.post<Mailing>(`${pathOf(key)}/send`)
