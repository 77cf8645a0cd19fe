import type { LiveEvent } from '@/api/types'

export const RING = 1000
export const SECONDS = 60

/** An event with a name of its own in the list: message ids can be absent or come twice. */
export interface LiveRow extends LiveEvent {
  key: string
}

/** What the live page knows. Rows are newest first. */
export interface Feed {
  rows: readonly LiveRow[]
  /** Arrived while paused; joined in front on resume. */
  waiting: readonly LiveRow[]
  /** Events in each of the last 60 seconds, oldest first; the last is the present second. */
  rate: readonly number[]
  /** Unix second that `rate` ends with. */
  second: number
}

export function emptyFeed(now: number): Feed {
  return { rows: [], waiting: [], rate: Array.from({ length: SECONDS }, () => 0), second: secondOf(now) }
}

export interface Arrived {
  /** Oldest first. */
  rows: readonly LiveRow[]
  /** How many more there were, too fast to be shown. */
  skipped: number
}

/** Takes in what arrived since the last call. `now` in ms. */
export function receive(feed: Feed, { rows, skipped }: Arrived, paused: boolean, now: number): Feed {
  const newest = rows.toReversed()
  const ticked = tick(feed, now)
  const rate = [...ticked.rate]
  rate[SECONDS - 1] = (rate[SECONDS - 1] ?? 0) + rows.length + skipped
  if (paused) return { ...ticked, rate, waiting: [...newest, ...feed.waiting].slice(0, RING) }
  return { ...ticked, rate, rows: [...newest, ...feed.rows].slice(0, RING) }
}

/**
 * Takes in what had happened before; it does not count for the meter. After a lost connection most of
 * it is there already.
 */
export function recall(feed: Feed, past: readonly LiveRow[], paused: boolean): Feed {
  const known = new Set([...feed.waiting, ...feed.rows].map(nameOf))
  const fresh = past.filter((row) => !known.has(nameOf(row))).toReversed()
  if (paused && feed.rows.length > 0) return { ...feed, waiting: [...fresh, ...feed.waiting].slice(0, RING) }
  return { ...feed, rows: [...fresh, ...feed.rows].slice(0, RING) }
}

function nameOf({ status, source, message_id, received_at }: LiveRow): string {
  return JSON.stringify([status, source, message_id, received_at])
}

export function resume(feed: Feed): Feed {
  return { ...feed, rows: [...feed.waiting, ...feed.rows].slice(0, RING), waiting: [] }
}

/** Moves the meter to the present second. */
export function tick(feed: Feed, now: number): Feed {
  const second = secondOf(now)
  const passed = Math.min(second - feed.second, SECONDS)
  if (passed <= 0) return feed
  const rate = [...feed.rate.slice(passed), ...Array.from({ length: passed }, () => 0)]
  return { ...feed, rate, second }
}

/** Events per second over the last ten whole seconds. */
export function perSecond(feed: Feed): number {
  const last = feed.rate.slice(-11, -1)
  return last.reduce((sum, count) => sum + count, 0) / last.length
}

function secondOf(now: number): number {
  return Math.floor(now / 1000)
}
