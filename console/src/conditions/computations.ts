import { lengthWords } from './lengths'
import type { Filter, Window } from './model'
import { shortPath } from './paths'
import { tidy } from './slots'
import { eventWords, filterWords, windowWords, type Voice } from './words'

/** Computed traits as docs/conditions.md describes them: one object, whose head says what is computed. */

export const AGGREGATES = ['count', 'sum', 'avg', 'min', 'max', 'first', 'last', 'most_frequent', 'unique_list', 'unique_count'] as const
export const COMPUTATIONS = [...AGGREGATES, 'days_since', 'rate', 'expression', 'sql'] as const
export type ComputationKind = (typeof COMPUTATIONS)[number]
export const PERIODS = ['day', 'week', 'month'] as const

export type Computation = Record<string, unknown>

/** What the editor shows of a computation, whatever its kind; `toComputation` writes it back. */
export interface Parts {
  kind: ComputationKind
  events: string | string[]
  type?: string
  where: Filter[]
  path: string
  during?: Window
  session?: string
  per: string
  text: string
  every: string
}

export function readComputation(raw: unknown): Parts | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined
  const node = raw as Computation
  const kind = COMPUTATIONS.find((each) => each in node)
  if (!kind) return undefined
  const inner = kind === 'rate' ? (node.rate as Computation | null) : node
  if (typeof inner !== 'object' || inner === null) return undefined
  const events = kind === 'rate' ? inner.count : node[kind]
  const where = inner.where ?? []
  if (!isNames(events) || !Array.isArray(where)) return undefined
  return {
    kind,
    events,
    type: text(inner.type) || undefined,
    where: where as Filter[],
    path: text(node.path),
    during: node.during as Window | undefined,
    session: text(node.session) || undefined,
    per: text(node.per) || 'week',
    text: kind === 'expression' || kind === 'sql' ? String(node[kind]) : '',
    every: text(node.every) || '1d',
  }
}

export function toComputation({ kind, events, type, where, path, during, session, per, text: written, every }: Parts): Computation {
  const picked = { ...(type ? { type } : {}), ...(where.length ? { where } : {}) }
  switch (kind) {
    case 'expression':
      return { expression: written }
    case 'sql':
      return { sql: written, every }
    case 'days_since':
      return { days_since: events, ...picked }
    case 'rate':
      return { rate: { count: events, ...picked }, per, during: during && 'last' in during ? during : { last: '30d' } }
    default:
      return {
        [kind]: events,
        ...picked,
        ...(kind === 'count' ? {} : { path }),
        ...(during ? { during } : {}),
        ...(session ? { session } : {}),
      }
  }
}

/** The same with another head: events stay where there are events. */
export function withKind(parts: Parts, kind: ComputationKind): Parts {
  const written = kind === 'expression' || kind === 'sql'
  const were = parts.kind === 'expression' || parts.kind === 'sql'
  return { ...parts, kind, events: were && !written ? '' : parts.events, text: written && were ? parts.text : '' }
}

export function isHoled(parts: Parts): boolean {
  if (parts.kind === 'expression' || parts.kind === 'sql') return parts.text.trim() === ''
  const names = Array.isArray(parts.events) ? parts.events : [parts.events]
  const pathless: readonly ComputationKind[] = ['count', 'days_since', 'rate']
  return names.includes('') || parts.where.some(({ path }) => path === '') || (parts.path === '' && !pathless.includes(parts.kind))
}

/** What a model says when nothing else is asked of it; the others say what they are called. */
const FIRST: Record<string, string> = {
  rfm: 'rfm_class',
  churn: 'churn_risk',
  propensity: 'purchase_propensity',
  next_purchase: 'next_purchase_on',
  affinity: 'favourite_category',
  channels: 'favourite_channel',
  lookalikes: 'lookalike_similarity',
}

/** What a model says. */
export function readModel(raw: unknown): { model: string; trait: string; every: string } | undefined {
  if (typeof raw !== 'object' || raw === null || !('model' in raw) || typeof raw.model !== 'string') return undefined
  const node = raw as Computation
  return { model: raw.model, trait: text(node.trait) || (FIRST[raw.model] ?? raw.model), every: text(node.every) || '1d' }
}

/** "the sum of total of Order Completed in the last 90 days". */
export function computationWords(voice: Voice, raw: unknown): string {
  const { t, language } = voice
  const output = readModel(raw)
  if (output) {
    const { model, trait, every } = output
    const said = t(`value.trait.${trait as 'rfm_class'}`, { defaultValue: trait })
    return t('traits.rule.model', { said, model: t(`value.model.${model as 'rfm'}.title`, { defaultValue: model }), every: t(`value.every.${every as '1d'}`, { defaultValue: lengthWords(language, every) }) })
  }
  const parts = readComputation(raw)
  if (!parts) return ''
  const kind = t(`traits.kind.${parts.kind}`)
  if (parts.kind === 'expression' || parts.kind === 'sql') return `${kind} ${parts.text}`
  const where = parts.where.length ? t('conditions.where', { filters: filterWords(voice, parts.where) }) : ''
  const event = `${eventWords(voice, parts.events)} ${where}`
  const during = windowWords(voice, parts.during)
  if (parts.kind === 'rate') return tidy(t('traits.rule.rate', { kind, event, during, per: t(`traits.per.${parts.per as 'day'}`) }))
  const session = parts.session ? t('traits.session.words', { length: lengthWords(language, parts.session) }) : ''
  const said = { kind, event, during: `${during} ${session}` }
  if (parts.kind === 'count' || parts.kind === 'days_since') return tidy(t('traits.rule.events', said))
  return tidy(t('traits.rule.path', { ...said, path: shortPath(parts.path) }))
}

function isNames(raw: unknown): raw is string | string[] {
  return typeof raw === 'string' || (Array.isArray(raw) && raw.every((each) => typeof each === 'string'))
}

function text(raw: unknown): string {
  return typeof raw === 'string' ? raw : ''
}
