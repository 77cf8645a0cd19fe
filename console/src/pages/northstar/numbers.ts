import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

export interface Numbers {
  short: (value: number | null | undefined) => string
  full: (value: number | null | undefined) => string
  /** With its sign. */
  change: (value: number | null | undefined) => string
  /** With its sign. */
  percentChange: (share: number) => string
}

const NONE = '–'

/** Numbers of metrics, which are counts, means or shares: as many places as say something. */
export function useNumbers(): Numbers {
  const { i18n } = useTranslation()
  return useMemo(() => numbersOf(i18n.language), [i18n.language])
}

export function numbersOf(language: string): Numbers {
  const places = (options: Intl.NumberFormatOptions) => ({
    few: new Intl.NumberFormat(language, { ...options, maximumSignificantDigits: 3 }),
    whole: new Intl.NumberFormat(language, { ...options, maximumFractionDigits: 0 }),
    compact: new Intl.NumberFormat(language, { ...options, notation: 'compact', maximumFractionDigits: 1 }),
  })
  // Signs of the language's own: written by hand they change sides from right to left.
  const plain = places({})
  const signed = places({ signDisplay: 'exceptZero' })
  const exact = new Intl.NumberFormat(language, { maximumFractionDigits: 4 })
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' })
  const fitting = (formats: typeof plain) => (value: number) => (Math.abs(value) < 100 ? formats.few : Math.abs(value) < 10_000 ? formats.whole : formats.compact).format(value)
  const known = (write: (value: number) => string) => (value: number | null | undefined) => (value === null || value === undefined ? NONE : write(value))
  return {
    short: known(fitting(plain)),
    full: known((value) => exact.format(value)),
    change: known(fitting(signed)),
    percentChange: (value) => share.format(value),
  }
}
