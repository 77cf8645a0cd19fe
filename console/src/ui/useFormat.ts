import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * DAY],
  ['month', 30 * DAY],
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
]

export interface Format {
  number: (value: number) => string
  /** 12,345 → 12K; for tiles. */
  compact: (value: number) => string
  percent: (share: number) => string
  date: (instant: string | Date) => string
  /** "19 Jan – 13 Sep 2026"; one date when both are on it, a dash when nobody knows. */
  dates: (first: string | null, last: string | null) => string
  time: (instant: string | Date) => string
  dateTime: (instant: string | Date) => string
  utc: (instant: string | Date) => string
  /** "3 minutes ago". */
  ago: (instant: string | Date, now?: number) => string
  duration: (seconds: number) => string
  list: (items: readonly string[]) => string
}

/** Numbers and instants in the reader's language and zone. */
export function useFormat(): Format {
  const { i18n } = useTranslation()
  return useMemo(() => makeFormat(i18n.language), [i18n.language])
}

export function makeFormat(language: string): Format {
  const number = new Intl.NumberFormat(language)
  const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
  const utc = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long', timeZone: 'UTC' })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' })
  const list = new Intl.ListFormat(language)
  return {
    number: (value) => number.format(value),
    compact: (value) => (Math.abs(value) < 10_000 ? number.format(value) : compact.format(value)),
    percent: (share) => percent.format(share),
    date: (instant) => date.format(new Date(instant)),
    dates: (first, last) => (first && last ? date.formatRange(new Date(first), new Date(last)) : '–'),
    time: (instant) => time.format(new Date(instant)),
    dateTime: (instant) => dateTime.format(new Date(instant)),
    utc: (instant) => utc.format(new Date(instant)),
    ago: (instant, now = Date.now()) => ago(relative, (new Date(instant).getTime() - now) / 1000),
    duration: (seconds) => duration(language, seconds),
    list: (items) => list.format(items),
  }
}

function ago(relative: Intl.RelativeTimeFormat, seconds: number): string {
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit)
  }
  return relative.format(Math.trunc(seconds), 'second')
}

function duration(language: string, seconds: number): string {
  const [unit, size]: [string, number] =
    seconds < 1 ? ['millisecond', 0.001] : seconds < MINUTE ? ['second', 1] : seconds < HOUR ? ['minute', MINUTE] : ['hour', HOUR]
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: seconds < 1 ? 0 : 1,
  }).format(seconds / size)
}
