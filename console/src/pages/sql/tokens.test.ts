import { describe, expect, it } from 'vitest'

import { painted, tokens, written } from './tokens'

const TABLES = [
  { name: 'events', columns: [{ name: 'timestamp' }, { name: 'event' }, { name: 'order' }] },
  { name: 'Old orders', columns: [{ name: 'total' }] },
]

const colours = (text: string) => painted(text, TABLES).flatMap(({ text: piece, colour }) => (piece.trim() && colour !== 'plain' ? [`${piece} ${colour}`] : []))

describe('a query in colours', () => {
  it('tells keywords, functions, tables, columns, strings, numbers and comments apart', () => {
    expect(colours("SELECT count(*), e.event -- how many?\nFROM events e WHERE total > 1.5e3 AND event = 'it''s'")).toEqual([
      'SELECT keyword',
      'count function',
      'event column',
      '-- how many? comment',
      'FROM keyword',
      'events table',
      'WHERE keyword',
      'total column',
      '1.5e3 number',
      'AND keyword',
      'event column',
      "'it''s' string",
    ])
  })

  it('lets nothing within strings and comments be more than that', () => {
    expect(colours("'select -- from' /* select 'x' */ \"Old orders\"")).toEqual(["'select -- from' string", "/* select 'x' */ comment", '"Old orders" table'])
  })

  it('takes a keyword for a name behind a point, and for a function where it is one', () => {
    expect(colours('e.order, replace(event), cast (1 AS int)')).toEqual(['order column', 'replace function', 'event column', 'cast function', '1 number', 'AS keyword'])
  })

  it.each(["SELECT 'open", 'SELECT /* open', 'SELECT "open', 'a\r\n\t١٢ حدث 🙂 $$ x', '1.2.3 .5 a.b', ''])('leaves nothing out of %j', (text) => {
    expect(painted(text, TABLES).map((piece) => piece.text).join('')).toBe(text)
    expect(tokens(text).every(({ text: piece, start }) => text.startsWith(piece, start))).toBe(true)
  })
})

it('writes a name in quotes where it would be read as something else', () => {
  expect(['events', 'order', 'Old orders', 'say "hi"', '2nd'].map(written)).toEqual(['events', '"order"', '"Old orders"', '"say ""hi"""', '"2nd"'])
})
