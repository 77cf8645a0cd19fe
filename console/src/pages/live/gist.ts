import type { TFunction } from 'i18next'

import type { LiveEvent } from '@/api/types'

import { reasonWords } from '../quarantine/reasonWords'

const SHOWN = 3
const LONGEST = 40

/** The first few values that an event carries, in short: "total 49.9 · currency EUR"; or why it was refused. */
export function gist(t: TFunction, event: LiveEvent): string {
  if (event.reason) return reasonWords(t, { reason: event.reason, meaning: '' }).title
  const said = event.type === 'identify' || event.type === 'group' ? event.traits : event.properties
  return Object.entries(said ?? {})
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .slice(0, SHOWN)
    .map(([name, value]) => `${name} ${cut(String(value))}`)
    .join(' · ')
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}
