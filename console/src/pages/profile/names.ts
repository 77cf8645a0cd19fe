import type { TFunction } from 'i18next'

const CALLS = ['identify', 'page', 'screen', 'group', 'alias'] as const

export const IDENTIFIER_TYPES = [
  'user_id',
  'email',
  'phone',
  'anonymous_id',
  'device_id',
  'idfa',
  'idfv',
  'gaid',
  'push_token',
] as const

/** "(page)" of the counters is the kind of call; anything else is an event's own name. */
export function countedName(t: TFunction, name: string): string {
  const call = CALLS.find((kind) => name === `(${kind})`)
  return call ? t(`event.type.${call}`) : name
}

/** "user_id" in words; the name itself for kinds that a shop made up. */
export function kindOf(t: TFunction, type: string): string {
  const known = IDENTIFIER_TYPES.find((name) => name === type)
  return known ? t(`profile.kind.${known}`) : type
}

/** "email:a@b" → its two halves; the value may contain colons. */
export function splitLabel(label: string): { type: string; value: string } {
  const at = label.indexOf(':')
  return at < 0 ? { type: '', value: label } : { type: label.slice(0, at), value: label.slice(at + 1) }
}

export function labelOf({ type, value }: { type: string; value: string }): string {
  return `${type}:${value}`
}
