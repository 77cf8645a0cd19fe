import { expect, it } from 'vitest'

import { fromText, toText } from './typed'

it.each([['42'], [42], [true], [{ a: [1] }], ['Ünï'], ['']])('gives back %j unchanged when nobody edits it', (value) => {
  expect(fromText(toText(value), value)).toEqual(value)
})

it('keeps the kind that was there', () => {
  expect(fromText('42', 'plan')).toBe('42')
  expect(fromText('42', 7)).toBe(42)
  expect(fromText('gold', 7)).toBe('gold')
})
