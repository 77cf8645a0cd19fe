import { expect, it } from 'vitest'

import { safePath } from './safePath'

it('keeps paths of this server', () => {
  expect(safePath('/live?type=track')).toBe('/live?type=track')
})

it.each([undefined, '', 'https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/login?next=/'])(
  'leads home instead of to %s',
  (next) => {
    expect(safePath(next)).toBe('/')
  },
)
