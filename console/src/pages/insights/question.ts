import {
  KINDS,
  type EventPick,
  type Filter,
  type FunnelQuestion,
  type Kind,
  type Question,
  type Scope,
} from '@/api/insights'

/** Questions as the page holds them: in the address, half-written, and as they are asked. */

export const ANYTHING: EventPick = { event: '*' }
/** What a conversion is where the question does not say. */
export const ORDER: EventPick = { event: 'Order Completed' }
export const REFUND: EventPick = { event: 'Order Refunded' }
export const NO_VALUE = new Set(['exists', 'not_exists'])

/** For the address: JSON without what is empty. */
export function toText(question: Question): string {
  return JSON.stringify(trimmed(question))
}

/** null for what is no question at all; whether it can be answered is for the server to say. */
export function fromText(text: string | undefined): Question | null {
  if (!text) return null
  try {
    return fromData(JSON.parse(text))
  } catch {
    return null
  }
}

/** A question out of JSON or YAML that somebody wrote. */
export function fromData(data: unknown): Question | null {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null
  const kind = (data as { kind?: unknown }).kind
  if (!KINDS.includes(kind as Kind)) return null
  const question = data as Question
  if (question.kind === 'trends' && !isPicks(question.series)) return null
  if (question.kind === 'funnel' && !isPicks(question.steps)) return null
  if (question.kind === 'attribution' && !(isPicks(question.touches) && isPick(question.conversion ?? ORDER))) return null
  if (question.kind === 'revenue' && !(isPick(question.order ?? ORDER) && isPick(question.refund ?? REFUND))) return null
  if (question.kind === 'retention' && !(isPick(question.start) && isPick(question.return))) return null
  if ('event' in question && question.event !== undefined && !isPick(question.event)) return null
  return question
}

function isPick(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('event' in value)) return false
  return typeof value.event === 'string' || (Array.isArray(value.event) && value.event.every((name) => typeof name === 'string'))
}

function isPicks(value: unknown): boolean {
  return Array.isArray(value) && value.every(isPick)
}

/** Answers to messages, as the common events are called. */
const TOUCHES = ['Email Clicked', 'Ad Clicked', 'Push Notification Opened']

/** Where somebody begins: about the event that matters most, or any. */
export function newQuestion(kind: Kind, scope: Scope, event: EventPick = ANYTHING): Question {
  switch (kind) {
    case 'trends':
      return { kind, series: [{ ...event, measure: 'events' }], period: 'week', ...scope }
    case 'funnel':
      return { kind, steps: [event], window: '7d', ...scope }
    case 'retention':
      return { kind, start: event, return: event, period: 'week', periods: 8, ...scope }
    case 'lifecycle':
      return { kind, event, period: 'week', ...scope }
    case 'stickiness':
      return { kind, event, period: 'week', ...scope }
    case 'active':
      return { kind, event, period: 'week', ...scope }
    case 'paths':
      return { kind, event: ANYTHING, ...scope, steps: 5, limit: 30 }
    case 'revenue':
      return { kind, order: ORDER, period: 'week', ...scope }
    case 'attribution':
      return { kind, conversion: plain(event), touches: TOUCHES.map((name) => ({ event: name })), rule: 'last', lookback: '30d', ...scope }
  }
}

/** The same people, time and event, asked in another way. */
export function switched(question: Question, kind: Kind): Question {
  if (question.kind === kind) return question
  const { from, to, timezone, where, segment } = question
  const picks = picksOf(question)
  const fresh = newQuestion(kind, trimmed({ from, to, timezone, where, segment }), picks[0])
  if (fresh.kind === 'funnel' && picks.length > 1) return { ...fresh, steps: picks.map(plain) }
  if (fresh.kind === 'trends') return { ...fresh, series: picks.map((pick) => ({ ...plain(pick), measure: 'events' })) }
  if (fresh.kind === 'retention' && picks[1]) return { ...fresh, start: plain(picks[0]!), return: plain(picks.at(-1)!) }
  return fresh
}

/** The events that a question is about. */
export function picksOf(question: Question): EventPick[] {
  switch (question.kind) {
    case 'trends':
      return question.series
    case 'funnel':
      return question.steps
    case 'retention':
      return [question.start, question.return]
    case 'revenue':
      return [question.order ?? ORDER]
    case 'attribution':
      return [question.conversion ?? ORDER, ...question.touches]
    default:
      return [question.event ?? ANYTHING]
  }
}

function plain({ event, type, where, label }: EventPick): EventPick {
  return trimmed({ event, type, where, label })
}

/** What can be asked already: without filters and parts that are still being written. */
export function askable(question: Question): Question {
  const whole = withPicks(question, (pick) => ({ ...pick, where: pick.where?.filter(isWhole) }))
  const asked = trimmed({ ...whole, where: whole.where?.filter(isWhole), segment: isHalf(whole.segment) ? undefined : whole.segment })
  if (asked.kind === 'trends') return trimmed({ ...asked, formulas: asked.formulas?.filter((text) => text.trim()) })
  if (asked.kind !== 'funnel') return asked
  return trimmed({ ...asked, hold: asked.hold?.filter(Boolean), breakdown: asked.breakdown?.by || asked.breakdown?.segments?.length || asked.breakdown?.trait ? asked.breakdown : undefined })
}

const OF_VALUES = new Set(['sum', 'avg', 'median', 'p90', 'min', 'max'])

/** Nothing is missing without which it cannot be asked: the property that is summed. */
export function isReady(question: Question): boolean {
  return question.kind !== 'trends' || question.series.every(({ measure, path }) => !OF_VALUES.has(measure ?? '') || Boolean(path))
}

export function isWhole(filter: Filter): boolean {
  if (!filter.path) return false
  if (NO_VALUE.has(filter.op)) return true
  return filter.value !== undefined && filter.value !== '' && !(Array.isArray(filter.value) && filter.value.length === 0)
}

/** Of a trait whose value is not written yet. */
export function isHalf(among: Scope['segment']): boolean {
  if (typeof among !== 'object' || Array.isArray(among)) return false
  const told = among.other_than ? among.other_than.every((value) => value !== '') : among.value !== undefined
  return !among.trait || !told
}

function withPicks(question: Question, change: <P extends EventPick>(pick: P) => P): Question {
  switch (question.kind) {
    case 'trends':
      return { ...question, series: question.series.map(change) }
    case 'funnel':
      return { ...question, steps: question.steps.map(change), exclusions: question.exclusions?.map(change) }
    case 'retention':
      return { ...question, start: change(question.start), return: change(question.return) }
    case 'revenue':
      return { ...question, order: question.order && change(question.order), refund: question.refund && change(question.refund) }
    case 'attribution':
      return { ...question, conversion: question.conversion && change(question.conversion), touches: question.touches.map(change) }
    default:
      return question.event ? { ...question, event: change(question.event) } : question
  }
}

/** Without what is undefined, empty text or an empty list, at any depth. */
export function trimmed<T extends object>(value: T): T {
  const entries = Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const kept = Array.isArray(inner)
      ? inner.map((each: unknown) => (isObject(each) ? trimmed(each) : each))
      : isObject(inner)
        ? trimmed(inner)
        : inner
    const empty = kept === undefined || kept === '' || (Array.isArray(kept) && kept.length === 0)
    return empty ? [] : [[name, kept] as const]
  })
  return Object.fromEntries(entries) as T
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A step of a funnel, moved, put in or taken out; what names steps by number follows. */
export function withoutStep(question: FunnelQuestion, index: number): FunnelQuestion {
  const steps = question.steps.filter((_, place) => place !== index)
  const exclusions = question.exclusions?.map(({ after: _a, before: _b, ...rest }) => rest)
  const breakdown = question.breakdown && { ...question.breakdown, step: undefined }
  return { ...question, steps, exclusions: steps.length > 1 ? exclusions : undefined, breakdown }
}

/** What people read for an event. */
export function nameOf(pick: EventPick, any: string): string {
  if (pick.label) return pick.label
  const names = Array.isArray(pick.event) ? pick.event : [pick.event]
  return names.map((name) => (name === '*' ? any : name)).join(' / ')
}
