import { expect, it } from 'vitest'

import { textOf, typed } from './Filters'
import { pickValue, repicked } from './useCatalogue'

it('compares numbers where the property has numbers, texts elsewhere', () => {
  expect(typed('100', 'gt', true)).toBe(100)
  expect(typed('100', 'eq')).toBe('100')
  expect(typed('1e2', 'eq', true)).toBe('1e2')
  expect(typed('100', 'contains', true)).toBe('100')
  expect(typed('1, 2,, x', 'in', true)).toEqual([1, 2, 'x'])
  expect(textOf(typed('a, b', 'in'))).toBe('a, b')
})

it('picks events by type and name, and keeps their filters', () => {
  const where = [{ path: 'brand', op: 'eq', value: 'x' }]
  const page = repicked({ event: 'A', label: 'old', where }, 'page:Home: sale')
  expect(page).toEqual({ event: 'Home: sale', type: 'page', where })
  expect(pickValue(page)).toBe('page:Home: sale')
  expect(repicked(page, 'track:B')).toEqual({ event: 'B', where })
  expect(repicked(page, '*')).toEqual({ event: '*', where })
  expect(repicked(page, 'typed by hand')).toEqual({ event: 'typed by hand', where })
})
