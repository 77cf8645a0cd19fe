import type { TFunction } from 'i18next'

import type { Quarantined } from '@/api/quarantine'

/** What to call an event of which nothing is certain. */
export function nameOf(t: TFunction, { body }: Pick<Quarantined, 'body'>): string {
  if (!isObject(body)) return t('event.unreadable')
  const name = [body.event, body.name, body.type].find((text) => typeof text === 'string' && text)
  return typeof name === 'string' ? name : t('event.unreadable')
}

export function toText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body, null, 2)
}

export type Read = { body: Record<string, unknown>; problem: null } | { body: null; problem: 'json' | 'object'; detail: string }

/** Reads what somebody typed: an event is a JSON object. */
export function readBody(text: string): Read {
  try {
    const body: unknown = JSON.parse(text)
    return isObject(body) ? { body, problem: null } : { body: null, problem: 'object', detail: '' }
  } catch (error) {
    return { body: null, problem: 'json', detail: error instanceof Error ? error.message : '' }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
