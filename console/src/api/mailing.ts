import { queryOptions } from '@tanstack/react-query'

import { api } from './client'

/** Dashboards that are sent by e-mail. Written by hand: a schedule is also what is sent to the server. */

export const EVERY = ['day', 'week', 'month'] as const
export const LANGUAGES = ['en', 'zh-CN', 'ar'] as const

export interface Schedule {
  to: string[]
  every: (typeof EVERY)[number]
  hour: number
  timezone: string
  /** 1 is Monday. */
  weekday: number
  /** Of the month, 1 to 28. */
  day: number
  language: (typeof LANGUAGES)[number]
}

export interface Delivery {
  address: string
  status: 'sent' | 'failed'
  due: string
  at: string
  /** What the mail server said. */
  detail: string
}

export interface Mailing {
  /** null when the dashboard is not sent. */
  schedule: Schedule | null
  by: string | null
  next_at: string | null
  /** Set while a failed letter waits to be tried again. */
  try_at: string | null
  attempts: number
  problem: string
  deliveries: Delivery[]
}

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
