import { expect, it } from 'vitest'

import { chosen, splitBy, withSegment, type Split } from './split'

it.each<[string, Split]>([
  ['property:properties.total', { by: 'properties.total' }],
  ['trait:city', { trait: 'city', limit: 10 }],
  ['segment:vip', { segments: ['vip'] }],
])('%s is what was chosen', (value, split) => {
  expect(splitBy(value, undefined, 10)).toEqual(split)
  expect(chosen(split)).toBe(value)
})

it('takes what is typed for a property, and keeps how another property was told', () => {
  expect(splitBy('page_url', undefined, 10)).toEqual({ by: 'page_url' })
  expect(splitBy('property:source', { by: 'brand', attribution: 'step', step: 2 }, 10)).toEqual({ by: 'source', attribution: 'step', step: 2 })
  expect(splitBy('property:source', { trait: 'city', limit: 3 }, 10)).toEqual({ by: 'source' })
  expect(chosen(undefined)).toBe('')
})

it('sets segments beside each other, each at its place', () => {
  expect(withSegment({ segments: ['a'] }, 1, 'segment:b')).toEqual({ segments: ['a', 'b'] })
  expect(splitBy('segment:c', { segments: ['a', 'b'] }, 10)).toEqual({ segments: ['c', 'b'] })
  expect(splitBy('trait:city', { segments: ['a', 'b'] }, 10)).toEqual({ trait: 'city', limit: 10 })
})
