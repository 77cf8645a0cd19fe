import type { SqlResult } from '@/api/types'

const NUMERIC = /^(u?(tiny|small|big|huge)?int(eger|\d+)?|float\d?|double|real|decimal|numeric)\b/i

export function isNumeric(type: string | undefined): boolean {
  return type !== undefined && NUMERIC.test(type)
}

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '∅'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What a spreadsheet would work out; a phone number (+919812345678) or a number below zero is not. */
const FORMULA = /^(?![+-]\d+(\.\d+)?$)[=+\-@\t\r]/

/** RFC 4180, with a guard: a spreadsheet must not take a customer's text for a formula. */
export function toCsv({ columns, rows }: Pick<SqlResult, 'columns' | 'rows'>): string {
  return [columns, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n') + '\r\n'
}

function csvField(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
