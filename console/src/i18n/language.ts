export const LANGUAGES = [
  { id: 'en', name: 'English', dir: 'ltr' },
  { id: 'zh-CN', name: '中文', dir: 'ltr' },
  { id: 'ar', name: 'العربية', dir: 'rtl' },
] as const

export type Language = (typeof LANGUAGES)[number]['id']

const STORED = 'rapport.language'

/** The stored choice, else the first of the browser's languages that there is, else English. */
export function firstLanguage(wanted: readonly string[], stored: string | null): Language {
  for (const tag of stored ? [stored, ...wanted] : wanted) {
    const base = tag.split('-')[0]
    const match = LANGUAGES.find(({ id }) => id === tag || id.split('-')[0] === base)
    if (match) return match.id
  }
  return 'en'
}

export function readLanguage(): Language {
  return firstLanguage(navigator.languages, localStorage.getItem(STORED))
}

export function storeLanguage(language: Language): void {
  localStorage.setItem(STORED, language)
}

export function directionOf(language: string): 'ltr' | 'rtl' {
  return LANGUAGES.find(({ id }) => id === language)?.dir ?? 'ltr'
}
