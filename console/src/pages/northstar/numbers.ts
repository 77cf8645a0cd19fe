import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { makeFormat } from '@/ui/useFormat'

export interface Numbers {
  short: (value: number | null | undefined) => string
  full: (value: number | null | undefined) => string
  /** With its sign. */
  change: (value: number | null | undefined) => string
  percent: (share: number) => string
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
  const format = makeFormat(language)
  const few = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 })
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
  const exact = new Intl.NumberFormat(language, { maximumFractionDigits: 4 })
  const signed = (text: string, value: number) => (value > 0 ? `+${text}` : value < 0 ? `−${text}` : text)
  const short = (value: number) => (Math.abs(value) < 100 ? few.format(value) : Math.abs(value) < 10_000 ? whole.format(value) : format.compact(value))
  const known = (write: (value: number) => string) => (value: number | null | undefined) => (value === null || value === undefined ? NONE : write(value))
  return {
    short: known(short),
    full: known((value) => exact.format(value)),
    change: known((value) => signed(short(Math.abs(value)), value)),
    percent: format.percent,
    percentChange: (share) => signed(format.percent(Math.abs(share)), share),
  }
}
