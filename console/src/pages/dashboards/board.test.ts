import { expect, it } from 'vitest'

import type { ActiveQuestion } from '@/api/insights'

import { addressed, filtersOf, moved, narrowed, resized, WIDTHS } from './board'

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
  expect(narrowed(question, { segment: 'new' })).toEqual({ ...question, segment: ['vip', 'new'] })
  expect(narrowed(question, { segment: 'vip' })).toEqual(question)
})

const DEAR = { path: 'properties.total', op: 'gt', value: 10 }
const PRO = { trait: 'plan', value: 'pro' }

it('asks for its people and properties beside those of a question', () => {
  const plain: ActiveQuestion = { kind: 'active' }
  expect(narrowed(plain, { segment: PRO, where: [DEAR] })).toEqual({ kind: 'active', segment: PRO, where: [DEAR] })
  const own: ActiveQuestion = { kind: 'active', where: [DEAR] }
  expect(narrowed(own, { where: [{ path: '', op: 'eq' }] })).toEqual(own)
  expect(narrowed(own, { segment: { trait: 'plan' } })).toEqual(own)
  expect(narrowed(own, { where: [DEAR] }).where).toEqual([DEAR, DEAR])
})

it.each([{ from: '7d' }, { segment: 'vip' }, { segment: PRO, where: [DEAR] }, { to: '2026-01-01', where: [DEAR] }, {}])('reads from the address what it wrote there: %j', (filters) => {
  const kept = { from: '90d', segment: 'new', where: [DEAR] }
  const { from, to, segment, where } = addressed(filters, kept)
  expect(filtersOf({ from, to, segment, where }, kept)).toEqual(filters)
})

it('writes nothing into the address that is kept, and reads no nonsense', () => {
  const kept = { segment: PRO, where: [DEAR] }
  expect(Object.values(addressed({ ...kept }, kept)).filter(Boolean)).toEqual([])
  expect(filtersOf({}, kept)).toBe(kept)
  expect(filtersOf({ where: '{', segment: '[' }, kept)).toEqual({})
})
