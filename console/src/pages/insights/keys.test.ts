import { expect, it } from 'vitest'

import { keyOf } from './keys'

it.each([
  ['Café & Crème 2', 'cafe-creme-2'],
  ['  Weekly — active  ', 'weekly-active'],
  ['留存', ''],
  ['x'.repeat(99), 'x'.repeat(80)],
])('makes a key of %s', (name, key) => {
  expect(keyOf(name)).toBe(key)
})
