import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { NorthStarQuestion } from '@/api/northstar'

import { periodNames } from '../insights/periods'

/** "week of 9 Nov 2026", by the day on which it begins. */
export function usePeriodName(question: NorthStarQuestion | undefined): (label: string) => string {
  const { t, i18n } = useTranslation()
  const { period = 'week', timezone } = question ?? {}
  return useMemo(() => {
    const name = periodNames(i18n.language, period, timezone, true)
    return (label) => t(`northstar.of.${period}`, { name: name(label) })
  }, [t, i18n.language, period, timezone])
}
