import { expect, it } from 'vitest'

import { safePath } from './safePath'

it('keeps paths of this server', () => {
  expect(safePath('/live?type=track')).toBe('/live?type=track')
  expect(safePath('/profiles/user_id:a%2Fb?x=//y#z')).toBe('/profiles/user_id:a%2Fb?x=//y#z')
})

it.each([undefined, '', 'https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/login?next=/', '/login', '/\t/evil.example', '/\n\\evil.example', '/.//evil.example', '//['])(
  'leads home instead of to %s',
  (next) => {
    expect(safePath(next)).toBe('/')
  },
)
