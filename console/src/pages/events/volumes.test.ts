import { describe, expect, it } from 'vitest'

import { gathered, perDay } from './volumes'

const of = (source: string, ...counts: number[]) => ({
  source,
  count: 99,
  volume: counts.map((count, index) => ({ day: `2026-01-0${index + 1}`, count })),
})

describe('the volume of an event by source', () => {
  it('tells the largest apart and gathers the others', () => {
    const parts = gathered([of('silent', 0, 0), ...[1, 2, 3, 4, 5, 6, 7].map((n) => of(`s${n}`, n, n))], 'others')
    expect(parts.map(({ source, recent }) => [source, recent])).toEqual([
      ['s7', 14],
      ['s6', 12],
      ['s5', 10],
      ['s4', 8],
      ['s3', 6],
      ['others', 6],
    ])
    expect(parts.at(-1)?.volume.map(({ count }) => count)).toEqual([3, 3])
  })

  it('adds up day by day', () => {
    expect(perDay(gathered([of('a', 1, 0), of('b', 2, 5)], 'others'))).toEqual([
      { day: '2026-01-01', counts: [2, 1], total: 3 },
      { day: '2026-01-02', counts: [5, 0], total: 5 },
    ])
  })

  it('still has its days when nothing came in them', () => {
    expect(perDay(gathered([of('a', 0, 0)], 'others'))).toHaveLength(2)
    expect(perDay(gathered([], 'others'))).toEqual([])
  })
})
