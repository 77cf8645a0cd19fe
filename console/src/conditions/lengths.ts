/** Lengths of time and calendar windows, in the words of the reader's language. */

export const UNITS = ['m', 'h', 'd', 'w'] as const
export const CALENDAR = ['day', 'week', 'month', 'quarter', 'year'] as const

const NAMES: Record<string, string> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' }

export interface Length {
  number: number
  unit: string
}

/** Of `30d`; undefined for what is no length. */
export function readLength(text: string): Length | undefined {
  const found = /^([1-9]\d{0,9})([smhdw])$/.exec(text)
  return found ? { number: Number(found[1]), unit: found[2]! } : undefined
}

/** `30d` → "30 days". What is no length stays as it is. */
export function lengthWords(language: string, text: string): string {
  const length = readLength(text)
  return length ? unitFormat(language, length.unit).format(length.number) : text
}

/** The word behind the number alone: "days" of 30. */
export function unitWord(language: string, unit: string, number: number): string {
  const parts = unitFormat(language, unit).formatToParts(number)
  const word = parts.find(({ type }) => type === 'unit')?.value
  // Arabic has forms that say "two days" in one word, without a number.
  return word?.trim() ?? unitFormat(language, unit).format(number)
}

/** "this week", "yesterday", "2 months ago". */
export function calendarWords(language: string, unit: string, ago = 0): string {
  const known = CALENDAR.find((each) => each === unit)
  return known ? new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-ago, known) : unit
}

function unitFormat(language: string, unit: string): Intl.NumberFormat {
  return new Intl.NumberFormat(language, { style: 'unit', unit: NAMES[unit] ?? 'day', unitDisplay: 'long' })
}
