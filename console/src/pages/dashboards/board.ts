import type { Dashboard, DashboardCard, DashboardFilters, Scope } from '@/api/insights'

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

/** The question of a card with what the board lays over all. */
export function narrowed<Q extends Scope>(question: Q, { from, to, segment }: DashboardFilters): Q {
  const time = from || to ? { from, to } : {}
  return { ...question, ...time, ...(segment ? { segment } : {}) }
}
