import { describe, expect, it } from 'vitest'

import { suggest } from './suggest'

const TABLES = [
  { name: 'event_volumes', columns: [{ name: 'day', type: 'DATE' }] },
  { name: 'events', columns: [{ name: 'timestamp', type: 'TIMESTAMP' }, { name: 'event', type: 'VARCHAR' }, { name: 'profile', type: 'BIGINT' }] },
  { name: 'profiles', columns: [{ name: 'profile', type: 'BIGINT' }, { name: 'email', type: 'VARCHAR' }, { name: 'group', type: 'VARCHAR' }] },
]

/** What is suggested at the bar. */
function at(marked: string, asked = false): string[] {
  return suggest(marked.replace('|', ''), marked.indexOf('|'), TABLES, asked).items.map(({ text }) => text)
}

describe('suggestions', () => {
  it('are tables behind FROM and JOIN, and what the query itself defines', () => {
    expect(at('SELECT * FROM e|')).toEqual(['events', 'event_volumes'])
    expect(at('SELECT * FROM events JOIN pro|')).toEqual(['profiles'])
    expect(at('WITH eager AS (SELECT 1) SELECT * FROM ea|')).toEqual(['eager'])
  })

  it('are columns of the tables that are read, also before they are named', () => {
    expect(at('SELECT em| FROM profiles').at(0)).toBe('email')
    expect(at('SELECT em| FROM events')).not.toContain('email')
    expect(at('SELECT em|').at(0)).toBe('email')
  })

  it('are the columns of that table behind its name or the name that it was given', () => {
    expect(at('SELECT events.| FROM events')).toEqual(['timestamp', 'event', 'profile'])
    expect(at('SELECT x.e| FROM events AS e JOIN profiles x ON true')).toEqual(['email'])
    expect(at('SELECT profiles.g|')).toEqual(['"group"'])
    expect(at('SELECT nobody.e| FROM events')).toEqual([])
  })

  it('are keywords in the case that is written, and functions with their bracket', () => {
    expect(at('sel|')).toEqual(['select'])
    expect(at('SEL|')).toEqual(['SELECT'])
    expect(at('SELECT date_t|')).toEqual(['date_trunc('])
  })

  it('say the type of a column and whose it is', () => {
    const note = (text: string) => suggest(text, text.length, TABLES).items[0]?.note
    expect(note('SELECT prof')).toBe('bigint · events, profiles')
    expect(note('SELECT events.prof')).toBe('bigint')
  })

  it.each(["WHERE event = 'ev|'", "WHERE event = 'ev|", '-- ev|', '/* ev| */', 'LIMIT 1|', '"ev|"', 'SELECT 1 AS ev|', 'SELECT event|'])('are none in %s', (text) => {
    expect(at(text)).toEqual([])
  })

  it('come behind a string and before a letter when asked for', () => {
    expect(at("SELECT 'x', tim|")).toEqual(['timestamp'])
    expect(at('SELECT | FROM events')).toEqual([])
    expect(at('SELECT | FROM events', true).slice(0, 3)).toEqual(['timestamp', 'event', 'profile'])
  })

  it('take the place of the letters before the cursor', () => {
    expect(suggest('SELECT tim', 10, TABLES).from).toBe(7)
  })
})
