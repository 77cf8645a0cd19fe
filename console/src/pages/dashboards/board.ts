import type { Among, Dashboard, DashboardCard, DashboardFilters, Scope } from '@/api/insights'

import { isHalf, isWhole, trimmed } from '../insights/question'

/** Cards in their order; where they stand follows from their widths. */

export const WIDTHS = [3, 4, 6, 8, 12] as const
export const HEIGHTS = [3, 4, 5, 6, 8] as const
export const NEW_CARD = { width: 6, height: 5 } as const

/** What is written to the store. */
export type Layout = Pick<Dashboard, 'name' | 'description' | 'cards' | 'filters'>

export function layoutOf({ name, description, cards, filters }: Dashboard): Layout {
  return { name, description, cards, filters }
}

export function moved(cards: readonly DashboardCard[], from: number, to: number): DashboardCard[] {
  const next = [...cards]
  const place = Math.max(0, Math.min(cards.length - 1, to))
  next.splice(place, 0, ...next.splice(from, 1))
  return next
}

/** The next of these sizes, up or down; the same at the end. */
export function resized(size: number, sizes: readonly number[], by: 1 | -1): number {
  const found = by > 0 ? sizes.find((each) => each > size) : sizes.findLast((each) => each < size)
  return found ?? size
}

/** The question of a card with what the board lays over all: its time in the place of the card's, people and filters beside it. */
export function narrowed<Q extends Scope>(question: Q, filters: DashboardFilters): Q {
  const { from, to, segment, where } = askable(filters)
  const time = from || to ? { from, to } : {}
  const own = several(question.segment)
  const who = [...own, ...several(segment).filter((each) => !own.some((other) => JSON.stringify(other) === JSON.stringify(each)))]
  return {
    ...question,
    ...time,
    ...(segment ? { segment: who.length > 1 ? who : who[0] } : {}),
    ...(where ? { where: [...(question.where ?? []), ...where] } : {}),
  }
}

function several(among: Scope['segment']): Among[] {
  return among === undefined ? [] : [among].flat()
}

/** Without what is still being written. */
export function askable({ from, to, segment, where }: DashboardFilters): DashboardFilters {
  return trimmed({ from, to, segment: isHalf(segment) ? undefined : segment, where: where?.filter(isWhole) })
}

/** Filters as the address has them: a segment by its key, else JSON. */
export interface Address {
  from?: string
  to?: string
  segment?: string
  where?: string
}

/** In the address only when it differs from what is kept; `own` takes a kept time away, and with it everything that the address does not say. */
export function addressed(filters: DashboardFilters, kept: DashboardFilters): Record<keyof Address, string | undefined> {
  const { from, to, segment, where } = trimmed(filters)
  if (JSON.stringify(trimmed({ from, to, segment, where })) === JSON.stringify(trimmed({ from: kept.from, to: kept.to, segment: kept.segment, where: kept.where }))) {
    return { from: undefined, to: undefined, segment: undefined, where: undefined }
  }
  return {
    from: from ?? (to ? undefined : OWN),
    to,
    segment: typeof segment === 'object' ? JSON.stringify(segment) : segment,
    where: where && JSON.stringify(where),
  }
}

const OWN = 'own'

/** What holds: what the address says, or else what is kept. */
export function filtersOf({ from, to, segment, where }: Address, kept: DashboardFilters): DashboardFilters {
  if (!from && !to && !segment && !where) return kept
  const filters = parsed(where)
  return trimmed({
    from: from === OWN ? undefined : from,
    to,
    segment: segment && /^[{[]/.test(segment) ? (parsed(segment) as DashboardFilters['segment']) : segment,
    where: Array.isArray(filters) ? (filters as DashboardFilters['where']) : undefined,
  })
}

/** undefined for what somebody wrote into the address that is none. */
function parsed(text: string | undefined): unknown {
  try {
    return text ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
