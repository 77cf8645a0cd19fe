import { expect, it } from 'vitest'

import { directionOf, firstLanguage } from './language'

it('takes the stored choice before what the browser wants', () => {
  expect(firstLanguage(['ar-EG', 'en'], 'zh-CN')).toBe('zh-CN')
})

it('understands regions and falls back to English', () => {
  expect(firstLanguage(['ar-EG'], null)).toBe('ar')
  expect(firstLanguage(['zh-TW'], null)).toBe('zh-CN')
  expect(firstLanguage(['fr', 'de'], null)).toBe('en')
  expect(firstLanguage([], 'nonsense')).toBe('en')
})

it('knows which way a language runs', () => {
  expect(directionOf('ar')).toBe('rtl')
  expect(directionOf('zh-CN')).toBe('ltr')
})
