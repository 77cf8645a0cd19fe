import { describe, expect, it } from 'vitest'

import { emptyFeed, perSecond, recall, receive, resume, RING, SECONDS, tick, type Feed, type LiveRow } from './feed'

const event = (id: number) => ({ key: `m${id}` }) as LiveRow
const ids = (rows: readonly LiveRow[]) => rows.map((row) => row.key)
const take = (feed: Feed, rows: LiveRow[], paused: boolean, now: number, skipped = 0) => receive(feed, { rows, skipped }, paused, now)

describe('the live feed', () => {
  it('shows the newest on top', () => {
    const feed = take(take(emptyFeed(0), [event(1), event(2)], false, 0), [event(3)], false, 10)
    expect(ids(feed.rows)).toEqual(['m3', 'm2', 'm1'])
  })

  it('holds back while paused and loses nothing on resume', () => {
    let feed = take(emptyFeed(0), [event(1)], false, 0)
    feed = take(feed, [event(2)], true, 0)
    feed = take(feed, [event(3)], true, 0)
    expect(ids(feed.rows)).toEqual(['m1'])
    expect(ids(resume(feed).rows)).toEqual(['m3', 'm2', 'm1'])
    expect(resume(feed).waiting).toEqual([])
  })

  it('keeps a bounded number of rows', () => {
    const many = Array.from({ length: RING + 5 }, (_, index) => event(index))
    const feed = take(emptyFeed(0), many, false, 0)
    expect(feed.rows.length).toBe(RING)
    expect(feed.rows[0]?.key).toBe(`m${RING + 4}`)
  })

  it('counts what arrives in each second, paused or not', () => {
    let feed = take(emptyFeed(0), [event(1), event(2)], false, 500)
    feed = take(feed, [event(3)], true, 2_100)
    expect(feed.rate.slice(-3)).toEqual([2, 0, 1])
    expect(feed.rate.length).toBe(SECONDS)
    expect(perSecond(tick(feed, 3_000))).toBeCloseTo(0.3)
  })

  it('opens with what happened before, which the meter does not count', () => {
    const past = [1, 2].map((id) => ({ ...event(id), message_id: `${id}`, status: 'stored' }) as LiveRow)
    const opened = recall(emptyFeed(0), past, true)
    expect(ids(opened.rows)).toEqual(['m2', 'm1'])
    expect(opened.rate.at(-1)).toBe(0)
    const again = { ...past[1], key: 'again' } as LiveRow
    const missed = { ...event(3), message_id: '3', status: 'stored' } as LiveRow
    expect(ids(recall(opened, [again, missed], false).rows)).toEqual(['m3', 'm2', 'm1'])
    const twice = { ...again, status: 'duplicate' } as LiveRow
    expect(recall(opened, [twice], true).waiting).toHaveLength(1)
  })

  it('counts what came too fast to be shown', () => {
    const feed = take(emptyFeed(0), [event(1)], false, 0, 9)
    expect(feed.rate.at(-1)).toBe(10)
    expect(feed.rows.length).toBe(1)
  })

  it('forgets after a minute of silence', () => {
    const feed = tick(take(emptyFeed(0), [event(1)], false, 0), 3_600_000)
    expect(feed.rate).toEqual(Array.from({ length: SECONDS }, () => 0))
  })
})
