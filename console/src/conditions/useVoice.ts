import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { segmentsQuery } from '@/api/audiences'

import type { Voice } from './words'

/** The reader's language, with segments by their names. */
export function useVoice(): Voice {
  const { t, i18n } = useTranslation()
  const { data } = useQuery(segmentsQuery)
  return useMemo(() => {
    const names = new Map((data?.items ?? []).map(({ key, name }) => [key, name]))
    return { t, language: i18n.language, segment: (key: string) => names.get(key) ?? key }
  }, [t, i18n.language, data])
}
