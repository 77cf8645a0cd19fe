import type { TFunction } from 'i18next'

import type { Unit } from '@/api/insights'
import type { Option } from '@/ui/Select'

/** Choices that several kinds of questions share. */

export const UNITS: readonly Unit[] = ['hour', 'day', 'week', 'month', 'quarter', 'year']
export const SPANS = ['day', 'week', 'month'] as const

export function unitOptions<U extends Unit>(units: readonly U[], t: TFunction): (Option & { value: U })[] {
  return units.map((unit) => ({ value: unit, label: t(`insights.period.${unit as Unit}`) }))
}
