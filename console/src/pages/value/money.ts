import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

const COMPACT_FROM = 1_000_000

export interface Money {
  /** Whole units; millions are shortened. */
  short: (value: number) => string
  full: (value: number) => string
}

/** Amounts in the one currency of the orders; plain numbers when they tell none, or several. */
export function useMoney(currency: string | null | undefined): Money {
  const { i18n } = useTranslation()
  return useMemo(() => moneyOf(i18n.language, currency), [i18n.language, currency])
}

/** The lower end of an interval: nothing is the least that can be. */
export function lowest(low: number, write: (value: number) => string): string {
  return low > 0 ? write(low) : `≥ ${write(0)}`
}

export function moneyOf(language: string, currency: string | null | undefined): Money {
  const style = currency ? ({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const) : {}
  const whole = new Intl.NumberFormat(language, { ...style, maximumFractionDigits: 0 })
  const exact = new Intl.NumberFormat(language, { ...style, maximumFractionDigits: 2 })
  const compact = new Intl.NumberFormat(language, { ...style, notation: 'compact', maximumFractionDigits: 2 })
  return {
    short: (value) => (Math.abs(value) >= COMPACT_FROM ? compact : whole).format(value),
    full: (value) => exact.format(value),
  }
}
