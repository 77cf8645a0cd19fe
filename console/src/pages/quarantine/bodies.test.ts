import { expect, it } from 'vitest'

import { readBody, toText } from './bodies'

it('gives back what was sent when nobody edits it', () => {
  const body = { type: 'track', properties: { a: [1, null] } }
  expect(readBody(toText(body))).toEqual({ body, problem: null })
})

it.each([
  ['{"type": "track"', 'json'],
  ['', 'json'],
  ['[1]', 'object'],
  ['"track"', 'object'],
  ['null', 'object'],
])('does not send %j', (text, problem) => {
  expect(readBody(text)).toMatchObject({ body: null, problem })
})
