import type { Comparison, Operand, Scalar } from './model'

/** What stands beside an operator. */
export type Beside = 'scalar' | 'list' | 'text' | 'length' | 'instant' | 'nothing'

export const COMPARISONS = ['gte', 'gt', 'eq', 'ne', 'lte', 'lt'] as const
export const OPERATORS = [
  ...['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'contains', 'not_contains', 'starts_with', 'ends_with'],
  ...['exists', 'not_exists', 'before', 'after', 'in_last', 'in_next'],
] as const
export const OF_INSTANTS = ['in_last', 'in_next', 'before', 'after'] as const
export const OF_IDENTIFIERS = ['exists', 'eq', 'ne', 'in', 'not_in', 'contains', 'not_contains', 'starts_with', 'ends_with', 'not_exists'] as const

const BESIDE: Record<string, Beside> = {
  in: 'list',
  not_in: 'list',
  contains: 'text',
  not_contains: 'text',
  starts_with: 'text',
  ends_with: 'text',
  exists: 'nothing',
  not_exists: 'nothing',
  before: 'instant',
  after: 'instant',
  in_last: 'length',
  in_next: 'length',
}

export function besideOf(op = 'eq'): Beside {
  return BESIDE[op] ?? 'scalar'
}

/** The same comparison with another operator; the value stays where it still means something. */
export function withOperator<T extends Comparison>(node: T, op: string): T {
  const { value, ...rest } = node
  const beside = besideOf(op)
  if (beside === 'nothing') return { ...rest, op } as T
  if (beside === besideOf(node.op)) return { ...node, op }
  return { ...rest, op, value: fitting(value, beside) } as T
}

function fitting(value: Operand | undefined, beside: Beside): Operand {
  const first = Array.isArray(value) ? value[0] : value
  switch (beside) {
    case 'list':
      return Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value]
    case 'length':
      return '30d'
    case 'instant':
      return ''
    case 'text':
      return first === undefined ? '' : String(first)
    default:
      return first ?? ''
  }
}

/** A value as one types it. A text that would read as something else stands in quotes. */
export function shown(value: Scalar | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  return typeof typed(value) === 'string' && !isQuoted(value) ? value : `"${value}"`
}

/** The opposite of `shown`: `12` is a number, `true` is one of two, `"12"` is a text. */
export function typed(text: string): Scalar {
  if (isQuoted(text)) return text.slice(1, -1)
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : text
}

export function shownList(values: Operand | undefined): string {
  return (Array.isArray(values) ? values : values === undefined ? [] : [values]).map(shown).join(', ')
}

export function typedList(text: string): Scalar[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map(typed)
}

function isQuoted(text: string): boolean {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"')
}
