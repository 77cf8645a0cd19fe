import { describe, expect, it } from 'vitest'

import { countOverTime } from './history'
import { keyOf } from './key'

describe('the count over time', () => {
  it('goes backwards from the present one, day by day', () => {
    const changes = [
      { day: '2026-11-20', entered: 5, left: 0 },
      { day: '2026-11-22', entered: 3, left: 1 },
    ]
    expect(countOverTime(10, changes, 4, new Date('2026-11-22T12:00:00Z'))).toEqual([3, 8, 8, 10])
  })
})

describe('a key', () => {
  it.each([['VIP customers, India', 'vip_customers_india'], ['Café élan', 'cafe_elan'], ['90 days', 'days'], ['忠实客户', '']])('%s is %s', (name, key) => {
    expect(keyOf(name)).toBe(key)
  })
})
