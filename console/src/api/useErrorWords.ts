import { useTranslation } from 'react-i18next'

import { ApiError } from './client'

export interface ErrorWords {
  message: string
  hint: string
}

/** Turns an error into words in the reader's language: by its code; what the server said is the detail. */
export function useErrorWords(): (error: unknown) => ErrorWords {
  const { t, i18n } = useTranslation()
  return (error) => {
    if (!(error instanceof ApiError)) return { message: t('error.internal_error'), hint: '' }
    const known: boolean = i18n.exists(`error.${error.code}`)
    return {
      message: known ? t(`error.${error.code as 'internal_error'}`) : error.message || t('error.internal_error'),
      hint: [known && error.status > 0 ? error.message : '', error.hint].filter(Boolean).join(' · '),
    }
  }
}
