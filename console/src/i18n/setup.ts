import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

import type en from './en'
import { directionOf, readLanguage, storeLanguage, type Language } from './language'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en }
  }
}

const catalogues: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import('./en'),
  'zh-CN': () => import('./zh-CN'),
  ar: async () => {
    await import('@fontsource-variable/noto-sans-arabic/wght.css')
    return import('./ar')
  },
}

/** Loads the reader's language before anything is drawn. */
export async function setUpLanguage(): Promise<void> {
  const language = readLanguage()
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: { translation: (await catalogues[language]()).default } },
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  applyDirection(language)
}

/** Loads and shows another language, and remembers it on this device. */
export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', (await catalogues[language]()).default)
  }
  storeLanguage(language)
  applyDirection(language)
  await i18next.changeLanguage(language)
}

function applyDirection(language: Language): void {
  document.documentElement.lang = language
  document.documentElement.dir = directionOf(language)
}
