import { expect, it } from 'vitest'

import type { LiveEvent } from '@/api/types'

import { byDay, daysBack } from './days'

const at = (day: number, hour: number) => ({ timestamp: new Date(2026, 10, day, hour).toISOString() }) as LiveEvent

it('groups the events of one local day, in the order given', () => {
  const days = byDay([at(22, 9), at(22, 1), at(21, 23), at(19, 8)])
  expect(days.map((day) => day.events.length)).toEqual([2, 1, 1])
  expect(days[0]!.events[0]!.timestamp).toBe(at(22, 9).timestamp)
})

it('knows today and yesterday by the calendar, not by hours', () => {
  const now = new Date(2026, 10, 22, 0, 30)
  expect(daysBack(at(22, 0).timestamp!, now)).toBe(0)
  expect(daysBack(at(21, 1).timestamp!, now)).toBe(1)
  expect(daysBack(at(20, 23).timestamp!, now)).toBeNull()
})
