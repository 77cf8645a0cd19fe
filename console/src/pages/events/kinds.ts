import type { TFunction } from 'i18next'

import type { EventKind } from '@/api/catalogue'

import { eventName } from '../live/eventName'

/** "track:Order Completed", as it stands in the address. */
export function idOf({ type, event }: Pick<EventKind, 'type' | 'event'>): string {
  return `${type}:${event ?? ''}`
}

/** The two halves; an event's own name may contain colons. */
export function fromId(id: string): { type: string; event: string } {
  const at = id.indexOf(':')
  return at < 0 ? { type: id, event: '' } : { type: id.slice(0, at), event: id.slice(at + 1) }
}

/** An event's own name; identify, group and alias have none. */
export function nameOf(t: TFunction, kind: Pick<EventKind, 'type' | 'event'>): string {
  return eventName(t, kind)
}

/** Everything of this kind, newest first, as SQL. Quotes are doubled, as SQL wants them. */
export function sqlOf({ type, event }: { type: string; event: string }): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  const named = event ? ` AND e.event = ${text(event)}` : ''
  const said = type === 'identify' || type === 'group' ? 'traits' : 'properties'
  return [
    `SELECT e."timestamp", 'p_' || i.profile AS profile_id, e.source, e.${said}`,
    'FROM events e LEFT JOIN identities i ON i.node = e.node',
    `WHERE e."type" = ${text(type)}${named}`,
    'ORDER BY e."timestamp" DESC',
    'LIMIT 100',
  ].join('\n')
}

/** Events of the fortnight. */
export function recent(kind: Pick<EventKind, 'volume'>): number {
  return kind.volume.reduce((sum, day) => sum + day.count, 0)
}
