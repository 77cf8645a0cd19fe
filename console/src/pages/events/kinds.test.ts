import { expect, it } from 'vitest'

import { fromId, idOf, sqlOf } from './kinds'
import { sortKinds } from './sortKinds'

it.each([
  { type: 'track', event: 'Order: paid' },
  { type: 'identify', event: '' },
  { type: 'page', event: '/a:b' },
])('comes back from the address as %j', (kind) => {
  expect(fromId(idOf(kind))).toEqual(kind)
})

it('asks for no more than was meant, whatever an event is called', () => {
  const sql = sqlOf({ type: 'track', event: "it's'; DROP TABLE events; --" })
  expect(sql).toContain("event = 'it''s''; DROP TABLE events; --'")
})

it('sorts by each column, both ways', () => {
  const kind = (event: string, count: number, last_seen: string | null) => ({ type: 'track', event, count, last_seen, volume: [] }) as never
  const kinds = [kind('b', 2, '2026-01-02'), kind('a', 3, null), kind('c', 1, '2026-01-03')]
  const order = (column: string, direction: 'ascending' | 'descending') =>
    sortKinds(kinds, { column, direction }, (one) => one.event ?? '').map((one) => one.event).join('')
  expect(order('name', 'ascending')).toBe('abc')
  expect(order('count', 'descending')).toBe('abc')
  expect(order('count', 'ascending')).toBe('cba')
  expect(order('last', 'descending')).toBe('cba')
})
