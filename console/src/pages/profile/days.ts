import type { LiveEvent } from '@/api/types'

export interface Day {
  /** Local date, as a key. */
  key: string
  /** An instant of that day. */
  at: string
  events: LiveEvent[]
}

/** Consecutive events of one day of the reader's zone together. Rows come newest first. */
export function byDay(rows: readonly LiveEvent[]): Day[] {
  const days: Day[] = []
  for (const event of rows) {
    const at = event.timestamp ?? event.received_at ?? ''
    const key = new Date(at).toDateString()
    const last = days.at(-1)
    if (last?.key === key) last.events.push(event)
    else days.push({ key, at, events: [event] })
  }
  return days
}

const DAY_MS = 86_400_000

/** 0 today, 1 yesterday, else null: a date says more. */
export function daysBack(at: string, now: Date = new Date()): 0 | 1 | null {
  const key = new Date(at).toDateString()
  if (key === now.toDateString()) return 0
  return key === new Date(now.getTime() - DAY_MS).toDateString() ? 1 : null
}
