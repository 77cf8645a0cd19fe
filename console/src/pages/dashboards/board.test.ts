import { expect, it } from 'vitest'

import { moved, narrowed, resized, WIDTHS } from './board'

const card = (insight: string) => ({ insight, width: 6, height: 4 })

it('moves a card, and not beyond the ends', () => {
  const cards = ['a', 'b', 'c'].map(card)
  const order = (from: number, to: number) => moved(cards, from, to).map(({ insight }) => insight).join('')
  expect([order(0, 1), order(2, 0), order(1, 9), order(1, -3)]).toEqual(['bac', 'cab', 'acb', 'bac'])
})

it('grows and shrinks by steps, also from a width between them', () => {
  expect([resized(6, WIDTHS, 1), resized(5, WIDTHS, 1), resized(5, WIDTHS, -1), resized(12, WIDTHS, 1), resized(2, WIDTHS, -1)]).toEqual([8, 6, 4, 12, 2])
})

it('lays its time and segment over a question', () => {
  const question = { kind: 'active', from: '90d', to: '2026-01-01', segment: 'vip' } as const
  expect(narrowed(question, {})).toEqual(question)
  expect(narrowed(question, { from: '7d' })).toEqual({ ...question, from: '7d', to: undefined })
  expect(narrowed(question, { segment: 'new' })).toEqual({ ...question, segment: 'new' })
})
