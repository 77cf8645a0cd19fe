import type { Why, WhyEvent } from '@/api/insights'

/** What the server says of an event in a funnel, to what the reader's language says. */
const RESULTS = {
  'begins a chain': 'begins',
  'leads on': 'leads',
  'lies outside of from and to': 'outside',
  'only the first one counts': 'onlyFirst',
  'comes before the step before it': 'early',
  'comes after the window has ended': 'late',
  'something that may not lie between came between': 'between',
  'completes this many steps within a window': 'completes',
} as const

export type Result = (typeof RESULTS)[keyof typeof RESULTS]

/** undefined for words that are new here: these are shown as they are. */
export function resultKey(result: string): Result | undefined {
  return RESULTS[result as keyof typeof RESULTS]
}

/** Her events, and whether each counts: of a funnel those of the chain, otherwise all. */
export function whyEvents({ events = [], chain }: Why): { event: WhyEvent; counts: boolean }[] {
  const counted = chain && new Set(chain.map(({ message_id, at }) => `${message_id} ${at}`))
  return events.map((event) => ({ event, counts: counted ? counted.has(`${event.message_id} ${event.at}`) : true }))
}
