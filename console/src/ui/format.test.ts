import { describe, expect, it } from 'vitest'

import { linePath } from './linePath'
import { makeFormat } from './useFormat'

const NOW = Date.parse('2026-11-22T12:00:00Z')

describe('what numbers and instants look like', () => {
  const format = makeFormat('en')

  it('shortens large numbers only', () => {
    expect(format.compact(9_999)).toBe('9,999')
    expect(format.compact(12_345)).toBe('12.3K')
  })

  it.each([
    ['2026-11-22T11:59:58Z', '2 sec. ago'],
    ['2026-11-22T11:00:00Z', '1 hr. ago'],
    ['2026-11-20T11:00:00Z', '2 days ago'],
    ['2024-11-20T11:00:00Z', '2 yr. ago'],
    ['2026-11-23T12:00:00Z', 'tomorrow'],
  ])('tells how long ago %s was', (at, words) => {
    expect(format.ago(at, NOW)).toBe(words)
  })

  it('measures from milliseconds to hours', () => {
    expect([0.0123, 2.5, 90, 7200].map(format.duration)).toEqual(['12 ms', '2.5 sec', '1.5 min', '2 hr'])
  })
})

describe('a sparkline', () => {
  it('starts at the left, ends at the right, zero is the floor', () => {
    expect(linePath([0, 5, 10], 100, 22)).toBe('M0 21 L50 11 L100 1')
  })

  it('stays on the floor when nothing happened', () => {
    expect(linePath([0, 0], 10, 10)).toBe('M0 9 L10 9')
  })
})
