/** The condition language as a tree, as docs/conditions.md describes it. */

export type Scalar = string | number | boolean
export type Operand = Scalar | Scalar[]

export interface Comparison {
  op?: string
  value?: Operand
}

export interface Filter extends Comparison {
  path: string
}

export type Window = { last: string } | { between: [string, string] } | { from?: string; to?: string } | { calendar: string; ago?: number }

export type Measure = 'count' | 'days' | Record<string, string>

/** Which events are meant; the name stands at the head of the node. */
export interface Picked {
  type?: string
  where?: Filter[]
}

export interface Did extends Picked {
  did: string | string[]
  during?: Window
  measure?: Measure
  op?: string
  value?: number
}

export interface Extreme extends Picked {
  first?: string | string[]
  last?: string | string[]
  has: Filter[]
  during?: Window
}

export interface Step extends Picked {
  did?: string | string[]
  did_not?: string | string[]
  within?: string
  same?: string[]
}

export interface Sequence {
  sequence: Step[]
  within?: string
  during?: Window
}

export type All = { all: Condition[] }
export type Any = { any: Condition[] }
export type Not = { not: Condition }
export type OfTrait = { trait: string } & Comparison
export type OfIdentifier = { identifier: string } & Comparison
export type InSegment = { segment: string }
export type OfAccount = { account: string; where?: Filter[] }
export type OfMembers = { members: string; are: Condition }
export type Consent = { consent: string }
export type Percent = { percent: number; salt: string }

export type Leaf = Did | Extreme | Sequence | OfTrait | OfIdentifier | InSegment | OfAccount | OfMembers | Consent | Percent
export type Condition = All | Any | Not | Leaf

/** How the children of a group are joined; the last two are a `not` around it. */
export const JOINS = ['all', 'any', 'none', 'notAll'] as const
export type Join = (typeof JOINS)[number]

/** What a new condition can be, in the order in which it is offered. */
export const KINDS = ['did', 'sequence', 'trait', 'segment', 'first', 'last', 'identifier', 'consent', 'account', 'percent'] as const
export type Kind = (typeof KINDS)[number] | 'members'

const HEADS: readonly string[] = ['all', 'any', 'not', ...KINDS, 'members']
const EVENT_HEADS = ['did', 'first', 'last', 'sequence']

type Raw = Record<string, unknown>

export function headOf(node: Condition): string {
  const keys = Object.keys(node)
  // `last` of a window never stands here, but a trait may come with keys in any order.
  return keys.find((key) => EVENT_HEADS.includes(key)) ?? keys.find((key) => HEADS.includes(key)) ?? ''
}

/** Takes a `not` off; two of them are none. */
export function peel(node: Condition): { negated: boolean; inner: Exclude<Condition, Not>; at: string } {
  let inner = node
  let negated = false
  let at = ''
  while ('not' in inner) {
    inner = inner.not
    negated = !negated
    at += '.not'
  }
  return { negated, inner, at }
}

export function wrapped(inner: Condition, negated: boolean): Condition {
  return negated ? { not: inner } : inner
}

export function isGroup(node: Condition): node is All | Any {
  return 'all' in node || 'any' in node
}

export function joinOf(node: All | Any, negated: boolean): Join {
  if ('all' in node) return negated ? 'notAll' : 'all'
  return negated ? 'none' : 'any'
}

export function group(join: Join, items: Condition[]): Condition {
  const inner: Condition = join === 'all' || join === 'notAll' ? { all: items } : { any: items }
  return wrapped(inner, join === 'none' || join === 'notAll')
}

export function itemsOf(node: All | Any): Condition[] {
  return 'all' in node ? node.all : node.any
}

/** A new condition of a kind, as useful as it can be before anything is known. */
export function blank(kind: Kind): Condition {
  switch (kind) {
    case 'did':
      return { did: '', during: { last: '30d' } }
    case 'first':
      return { first: '', has: [{ path: '', op: 'eq', value: '' }] }
    case 'last':
      return { last: '', has: [{ path: '', op: 'eq', value: '' }] }
    case 'sequence':
      return { sequence: [{ did: '' }, { did: '', within: '1d' }], during: { last: '30d' } }
    case 'trait':
      return { trait: '', op: 'eq', value: '' }
    case 'identifier':
      return { identifier: 'email', op: 'exists' }
    case 'segment':
      return { segment: '' }
    case 'consent':
      return { consent: '' }
    case 'account':
      return { account: 'any', where: [{ path: '', op: 'eq', value: '' }] }
    case 'members':
      return { members: 'any', are: { all: [] } }
    case 'percent':
      return { percent: 10, salt: 'split-1' }
  }
}

/** The node with a part set, or left out when there is none. */
export function without<T extends object, K extends keyof T>(node: T, key: K, value: T[K] | undefined): T {
  const { [key]: _, ...rest } = node
  return (value === undefined ? rest : { ...rest, [key]: value }) as T
}

/** Whether something is still to be filled in: then there is no use in asking the server. */
export function isUnfinished(node: Condition): boolean {
  const { inner } = peel(node)
  if (isGroup(inner)) return itemsOf(inner).length === 0 || itemsOf(inner).some(isUnfinished)
  if ('are' in inner) return isUnfinished(inner.are)
  if ('sequence' in inner) return inner.sequence.some((step) => holed(step))
  return holed(inner)
}

const FREE = ['eq', 'ne']

function holed(node: object): boolean {
  const { op = 'eq' } = node as Comparison
  return Object.entries(node).some(([key, value]) => {
    if (key === 'value') return value === '' && !FREE.includes(op)
    if (key === 'where' || key === 'has') return (value as Filter[]).some(holed)
    if (Array.isArray(value)) return value.length === 0 || value.includes('')
    if (typeof value === 'object' && value !== null) return Object.values(value).includes('')
    return value === ''
  })
}

/** Whether the editor can show it; the rest (values, names, sense) is for the server to judge. */
export function isCondition(raw: unknown): raw is Condition {
  if (!isObject(raw)) return false
  const head = headOf(raw as Condition)
  switch (head) {
    case 'all':
    case 'any':
      return Array.isArray(raw[head]) && raw[head].every(isCondition)
    case 'not':
      return isCondition(raw.not)
    case 'members':
      return isText(raw.members) && isCondition(raw.are)
    case 'sequence':
      return Array.isArray(raw.sequence) && raw.sequence.every(isStep) && isWindow(raw.during) && isTextOrNone(raw.within)
    case 'did':
      return isNames(raw.did) && isPicked(raw) && isMeasure(raw.measure) && isCompared(raw)
    case 'first':
    case 'last':
      return isNames(raw[head]) && isPicked(raw) && isFilters(raw.has)
    case 'percent':
      return typeof raw.percent === 'number' && isTextOrNone(raw.salt)
    case 'account':
      return isText(raw.account) && (raw.where === undefined || isFilters(raw.where))
    case '':
      return false
    default:
      return isText(raw[head]) && isCompared(raw)
  }
}

function isStep(raw: unknown): boolean {
  if (!isObject(raw) || !isNames(raw.did_not ?? raw.did) || !isPicked(raw)) return false
  return isTextOrNone(raw.within) && (raw.same === undefined || (Array.isArray(raw.same) && raw.same.every(isText)))
}

function isPicked(raw: Raw): boolean {
  return isTextOrNone(raw.type) && (raw.where === undefined || isFilters(raw.where)) && isWindow(raw.during)
}

function isFilters(raw: unknown): boolean {
  return Array.isArray(raw) && raw.every((each) => isObject(each) && isText(each.path) && isCompared(each))
}

function isCompared(raw: Raw): boolean {
  const { value } = raw
  return isTextOrNone(raw.op) && (value === undefined || isScalar(value) || (Array.isArray(value) && value.every(isScalar)))
}

function isMeasure(raw: unknown): boolean {
  if (raw === undefined || raw === 'count' || raw === 'days') return true
  return isObject(raw) && Object.keys(raw).length === 1 && Object.values(raw).every(isText)
}

function isWindow(raw: unknown): boolean {
  if (raw === undefined) return true
  if (!isObject(raw)) return false
  if ('between' in raw) return Array.isArray(raw.between) && raw.between.length === 2 && raw.between.every(isText)
  if ('last' in raw) return isText(raw.last)
  if ('calendar' in raw) return isText(raw.calendar) && (raw.ago === undefined || typeof raw.ago === 'number')
  return ('from' in raw || 'to' in raw) && isTextOrNone(raw.from) && isTextOrNone(raw.to)
}

function isNames(raw: unknown): boolean {
  return isText(raw) || (Array.isArray(raw) && raw.every(isText))
}

function isObject(raw: unknown): raw is Raw {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
}

function isText(raw: unknown): raw is string {
  return typeof raw === 'string'
}

function isTextOrNone(raw: unknown): boolean {
  return raw === undefined || isText(raw)
}

function isScalar(raw: unknown): raw is Scalar {
  return ['string', 'number', 'boolean'].includes(typeof raw)
}
