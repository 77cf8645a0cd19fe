import type { LiveEvent } from '@/api/types'

export const RING = 1000
export const SECONDS = 60

/** What the live page knows. Rows are newest first. */
export interface Feed {
  rows: readonly LiveEvent[]
  /** Arrived while paused; joined in front on resume. */
  waiting: readonly LiveEvent[]
  /** Events in each of the last 60 seconds, oldest first; the last is the present second. */
  rate: readonly number[]
  /** Unix second that `rate` ends with. */
  second: number
}

export function emptyFeed(now: number): Feed {
  return { rows: [], waiting: [], rate: Array.from({ length: SECONDS }, () => 0), second: secondOf(now) }
}

/** Takes in what arrived since the last call, oldest first. `now` in ms. */
export function receive(feed: Feed, arrived: readonly LiveEvent[], paused: boolean, now: number): Feed {
  const newest = arrived.toReversed()
  const ticked = tick(feed, now)
  const rate = [...ticked.rate]
  rate[SECONDS - 1] = (rate[SECONDS - 1] ?? 0) + arrived.length
  if (paused) return { ...ticked, rate, waiting: [...newest, ...feed.waiting].slice(0, RING) }
  return { ...ticked, rate, rows: [...newest, ...feed.rows].slice(0, RING) }
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
