import type { SortDescriptor } from 'react-aria-components/Table'

import type { EventKind } from '@/api/catalogue'

import { recent } from './kinds'

/** The catalogue comes whole, so that it is sorted here. */
export function sortKinds(kinds: readonly EventKind[], sort: SortDescriptor, name: (kind: EventKind) => string): EventKind[] {
  const way = sort.direction === 'descending' ? -1 : 1
  return kinds.toSorted((one, other) => way * compare(one, other, String(sort.column), name) || one.count - other.count)
}

function compare(one: EventKind, other: EventKind, column: string, name: (kind: EventKind) => string): number {
  if (column === 'name') return name(one).localeCompare(name(other))
  if (column === 'last') return (one.last_seen ?? '').localeCompare(other.last_seen ?? '')
  return column === 'recent' ? recent(one) - recent(other) : one.count - other.count
}
