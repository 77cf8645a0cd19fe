import { describe, expect, it } from 'vitest'

import { firstQuery, found, piece } from './insert'

const EVENTS = { name: 'events', columns: [{ name: 'timestamp' }, { name: 'event' }] }
const PROFILES = { name: 'profiles', columns: [{ name: 'id' }, { name: 'email' }] }

describe('names put into a query', () => {
  it('stand apart from a word before them', () => {
    expect(['SELECT', 'SELECT ', 'count(', 'p.', 'a,', ''].map((before) => piece(before, 'id'))).toEqual([' id', 'id', 'id', 'id', 'id', 'id'])
  })

  it('begin a query that can be run', () => {
    expect(firstQuery('events')).toBe('SELECT * FROM events LIMIT 100')
    expect(firstQuery('profiles', 'email')).toBe('SELECT email FROM profiles LIMIT 100')
  })
})

describe('tables', () => {
  it('are found by their name or by a column, which is then seen', () => {
    expect(found([EVENTS, PROFILES], 'MAIL')).toEqual([{ table: PROFILES, open: true }])
    expect(found([EVENTS, PROFILES], 'prof')).toEqual([{ table: PROFILES, open: false }])
    expect(found([EVENTS, PROFILES], ' ')).toHaveLength(2)
    expect(found([EVENTS, PROFILES], 'orders')).toEqual([])
  })
})
