import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Unit } from '@/api/insights'
import { useTheme } from '@/shell/theme'
import { makeFormat } from '@/ui/useFormat'

import { numbersOf, type Numbers } from '../../northstar/numbers'
import { periodNames } from '../periods'
import { LOOKS } from '../plots'
import type { Shown } from '../tables'

/** Colours as the theme resolves them now, and how values are written. */
export interface Look {
  series: string[]
  text: string
  muted: string
  line: string
  surface: string
  raised: string
  font: string
  /** No motion wanted. */
  still: boolean
  dir: 'ltr' | 'rtl'
  write: (value: string | number, as: Shown, long?: boolean) => string
  /** Shortened, for axes. */
  short: (value: number, as: Shown) => string
}

const DARK = '(prefers-color-scheme: dark)'
const STILL = '(prefers-reduced-motion: reduce)'
const FORCED = '(forced-colors: active)'

export function useLook(unit: Unit, timeZone?: string): Look {
  const { i18n } = useTranslation()
  const [theme] = useTheme()
  const device = useMedia([DARK, STILL, FORCED])
  return useMemo(() => readLook(i18n.language, unit, timeZone), [i18n.language, unit, timeZone, theme, device])
}

function useMedia(queries: readonly string[]): string {
  const read = () => queries.map((query) => window.matchMedia(query).matches).join()
  const [state, setState] = useState(read)
  useEffect(() => {
    const lists = queries.map((query) => window.matchMedia(query))
    const update = () => setState(read())
    lists.forEach((list) => list.addEventListener('change', update))
    return () => lists.forEach((list) => list.removeEventListener('change', update))
    // The queries are constants of this file.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  return state
}

function readLook(language: string, unit: Unit, timeZone?: string): Look {
  const probe = document.createElement('span')
  probe.hidden = true
  document.body.append(probe)
  // Lines keep their colours where the reader forces some: else they are all the same.
  const colour = (name: string, forced: 'auto' | 'none' = 'auto') => {
    probe.style.setProperty('forced-color-adjust', forced)
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const look: Look = {
    series: Array.from({ length: LOOKS }, (_, index) => colour(`chart-${index + 1}`, 'none')),
    text: colour('text'),
    muted: colour('muted'),
    line: colour('grid'),
    surface: colour('surface'),
    raised: colour('raised'),
    // In an SVG it stands between double quotes.
    font: getComputedStyle(document.documentElement).fontFamily.replaceAll('"', "'"),
    still: window.matchMedia(STILL).matches,
    dir: document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr',
    ...writers(language, unit, timeZone),
  }
  probe.remove()
  return look
}

/** How the values of an answer are written in a language. */
export function writers(language: string, unit: Unit, timeZone?: string): Pick<Look, 'write' | 'short'> {
  const format = makeFormat(language)
  const period = periodNames(language, unit, timeZone)
  const longPeriod = periodNames(language, unit, timeZone, true)
  const write: Look['write'] = (value, as, long) => {
    if (as === 'period') return (long ? longPeriod : period)(String(value))
    if (typeof value === 'string') return value
    // Of large amounts the cents say nothing.
    const amount = moneyOf(as, !long && Math.abs(value) >= 10_000 ? 0 : undefined)
    if (amount) return amount.full(value)
    if (as === 'percent') return format.percent(value)
    if (as === 'duration') return duration(format.duration, language, value)
    return format.number(Math.round(value * 100) / 100)
  }
  return { write, short: (value, as) => (as === 'number' ? format.compact(value) : (moneyOf(as)?.short(value) ?? write(value, as))) }

  function moneyOf(as: Shown, decimals?: number): Numbers | undefined {
    const [, currency] = /^money:(.*)$/.exec(as) ?? []
    return currency ? numbersOf(language, { as: 'currency', currency, decimals }) : undefined
  }
}

const DAY = 86_400

function duration(short: (seconds: number) => string, language: string, seconds: number): string {
  if (seconds < DAY) return seconds === 0 ? new Intl.NumberFormat(language).format(0) : short(seconds)
  const unit = { style: 'unit', unit: 'day', unitDisplay: 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(language, unit).format(seconds / DAY)
}
