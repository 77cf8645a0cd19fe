import type { TFunction } from 'i18next'

import { calendarWords, lengthWords } from './lengths'
import {
  headOf,
  isGroup,
  itemsOf,
  joinOf,
  peel,
  type Condition,
  type Did,
  type Filter,
  type Measure,
  type Operand,
  type Scalar,
  type Sequence,
  type Step,
  type Window,
} from './model'
import { besideOf } from './operators'
import { shortPath } from './paths'
import { tidy } from './slots'

/** How the reader's language says things; `segment` names segments. */
export interface Voice {
  t: TFunction
  language: string
  segment: (key: string) => string
}

/** The condition as a sentence: "did Order Completed at least 3 times in the last 30 days". */
export function sentence(voice: Voice, node: Condition): string {
  const { inner, negated } = peel(node)
  if (!isGroup(inner)) return tidy(leaf(voice, inner, negated))
  const join = joinOf(inner, negated)
  const items = itemsOf(inner).map((item) => (isGroup(peel(item).inner) ? `(${sentence(voice, item)})` : sentence(voice, item)))
  if (join === 'none' || join === 'notAll') return `${voice.t(`conditions.join.${join}`)}: ${items.join(voice.t('ui.comma'))}`
  return items.join(` ${voice.t(join === 'all' ? 'conditions.and' : 'conditions.or')} `)
}

/** The head of a verdict: a group by how it joins, anything else as its sentence. */
export function heading(voice: Voice, node: Condition): string {
  const { inner, negated } = peel(node)
  return isGroup(inner) ? voice.t(`conditions.join.${joinOf(inner, negated)}`) : sentence(voice, node)
}

function leaf(voice: Voice, node: Exclude<Condition, { not: Condition }>, negated: boolean): string {
  const { t } = voice
  const head = headOf(node) as 'did'
  const verb = t(`conditions.verb.${head}.${negated ? 'no' : 'yes'}`)
  const during = 'during' in node ? windowWords(voice, node.during) : ''
  if ('did' in node) {
    const often = isOnce(node) ? '' : oftenWords(voice, node)
    return t('conditions.rule.did', { verb, event: eventWords(voice, node.did), where: whereWords(voice, node.where), often, during })
  }
  if ('sequence' in node) return `${tidy(t('conditions.rule.sequence', { verb, during, within: withinWords(voice, node) }))}: ${stepWords(voice, node)}`
  if ('has' in node) {
    const event = eventWords(voice, node.first ?? node.last ?? '')
    return t('conditions.rule.first', { verb, event, where: filterWords(voice, node.has), during })
  }
  if ('trait' in node) return t('conditions.rule.trait', { verb, trait: node.trait, ...compared(voice, node.op, node.value) })
  if ('identifier' in node) return t('conditions.rule.trait', { verb, trait: node.identifier, ...compared(voice, node.op ?? 'exists', node.value) })
  if ('segment' in node) return t('conditions.rule.segment', { verb, segment: voice.segment(node.segment) })
  if ('consent' in node) return t('conditions.rule.consent', { verb, purpose: node.consent })
  if ('percent' in node) return t('conditions.rule.percent', { verb, share: node.percent, salt: node.salt })
  if ('account' in node) {
    const quantifier = t(`conditions.account.${node.account as 'any'}`)
    return t('conditions.rule.account', { verb, quantifier, where: filterWords(voice, node.where ?? []) })
  }
  if ('members' in node) {
    const quantifier = t(`conditions.members.${node.members as 'any'}`)
    return `${t('conditions.rule.members', { verb, quantifier })} ${sentence(voice, node.are)}`
  }
  return ''
}

export function eventWords({ t }: Voice, names: string | string[]): string {
  return (Array.isArray(names) ? names : [names]).map((name) => (name === '*' ? t('conditions.anyEvent') : name)).join(` ${t('conditions.or')} `)
}

export function windowWords({ t, language }: Voice, window: Window | undefined): string {
  if (!window) return ''
  if ('last' in window) return t('conditions.window.last', { length: lengthWords(language, window.last) })
  if ('between' in window) {
    const [oldest, newest] = window.between
    return t('conditions.window.between', { oldest: lengthWords(language, oldest), newest: lengthWords(language, newest) })
  }
  if ('calendar' in window) return calendarWords(language, window.calendar, window.ago)
  const { from, to } = window as { from?: string; to?: string }
  if (from && to) return t('conditions.window.fromTo', { from, to })
  return from ? t('conditions.window.from', { from }) : t('conditions.window.to', { to: to ?? '' })
}

export function measureOf(measure: Measure | undefined): { kind: string; path: string } {
  if (measure === undefined || typeof measure === 'string') return { kind: measure ?? 'count', path: '' }
  const [kind = 'count', path = ''] = Object.entries(measure)[0] ?? []
  return { kind, path }
}

/** At least one of them: the least that "did" can mean. */
function isOnce({ measure = 'count', op = 'gte', value = 1 }: Did): boolean {
  return measure === 'count' && op === 'gte' && value === 1
}

function oftenWords({ t }: Voice, { measure, op = 'gte', value = 1 }: Did): string {
  const { kind, path } = measureOf(measure)
  const said = { op: t(`conditions.than.${op as 'gte'}`), value }
  if (kind === 'count' || kind === 'days') return t('conditions.often.count', { ...said, measure: t(`conditions.measure.${kind}`, { count: value }) })
  return t('conditions.often.path', { ...said, measure: t(`conditions.measure.${kind as 'sum'}`), path: shortPath(path) })
}

function whereWords(voice: Voice, filters: readonly Filter[] | undefined): string {
  return filters?.length ? voice.t('conditions.where', { filters: filterWords(voice, filters) }) : ''
}

export function filterWords(voice: Voice, filters: readonly Filter[]): string {
  return filters
    .map(({ path, op, value }) => {
      const said = compared(voice, op, value)
      return tidy(`${shortPath(path)} ${said.op} ${said.value}`)
    })
    .join(` ${voice.t('conditions.and')} `)
}

function compared(voice: Voice, op = 'eq', value: Operand | undefined): { op: string; value: string } {
  const beside = besideOf(op)
  const values = (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((each) => scalarWords(voice, each))
  const said = beside === 'length' ? values.map((each) => lengthWords(voice.language, each)) : values
  return { op: voice.t(`conditions.op.${op as 'eq'}`), value: said.join(voice.t('ui.comma')) }
}

function scalarWords({ t }: Voice, value: Scalar): string {
  return value === '' ? t('conditions.emptyText') : String(value)
}

function withinWords({ t, language }: Voice, { within }: Sequence): string {
  return within ? t('conditions.step.inAll', { length: lengthWords(language, within) }) : ''
}

function stepWords(voice: Voice, { sequence }: Sequence): string {
  const same = sequence[1]?.same ?? []
  const comma = voice.t('ui.comma')
  const said = sequence.map((step) => oneStep(voice, step)).join(`${comma}${voice.t('conditions.step.then')} `)
  return same.length ? `${said}${comma}${voice.t('conditions.step.same', { paths: same.map(shortPath).join(comma) })}` : said
}

function oneStep(voice: Voice, step: Step): string {
  const { t, language } = voice
  const event = eventWords(voice, step.did_not ?? step.did ?? '')
  const said = `${event} ${whereWords(voice, step.where)}`
  const within = step.within ? t('conditions.step.within', { length: lengthWords(language, step.within) }) : ''
  return tidy(step.did_not === undefined ? `${said} ${within}` : t('conditions.step.not', { event: said, within }))
}
