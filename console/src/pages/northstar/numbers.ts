import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { MetricUnit } from '@/api/northstar'

import type { Look } from '../insights/chart/useLook'

export interface Numbers {
  short: (value: number | null | undefined) => string
  full: (value: number | null | undefined) => string
  /** With its sign. */
  change: (value: number | null | undefined) => string
  /** With its sign. */
  percentChange: (share: number) => string
}

const NONE = '–'

/** Numbers of a metric, in its unit; without one they are counts, means or shares: as many places as say something. */
export function useNumbers(unit?: MetricUnit): Numbers {
  const { i18n } = useTranslation()
  const { as, currency, decimals } = unit ?? {}
  return useMemo(() => numbersOf(i18n.language, { as, currency, decimals }), [i18n.language, as, currency, decimals])
}

/** Charts write their numbers in the unit, too. */
export function inUnit<L extends Pick<Look, 'write' | 'short'>>(look: L, { short, full }: Numbers): L {
  return {
    ...look,
    write: (value, as, long) => (as === 'number' && typeof value === 'number' ? full(value) : look.write(value, as, long)),
    short: (value, as) => (as === 'number' ? short(value) : look.short(value, as)),
  }
}

type Signed = Pick<Intl.NumberFormatOptions, 'signDisplay'>
type Write = (value: number) => string

// Signs of the language's own: written by hand they change sides from right to left.
const SIGNED: Signed = { signDisplay: 'exceptZero' }

export function numbersOf(language: string, unit: MetricUnit = {}): Numbers {
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1, ...SIGNED })
  const known = (write: Write) => (value: number | null | undefined) => (value === null || value === undefined ? NONE : write(value))
  const { fitting, exact } = unit.as === 'duration' ? durations(language, unit) : plain(language, unit)
  return { short: known(fitting({})), full: known(exact), change: known(fitting(SIGNED)), percentChange: (value) => share.format(value) }
}

interface Writers {
  fitting: (signed: Signed) => Write
  exact: Write
}

const COMPACT_FROM = 10_000
const COMPACT_FIXED_FROM = 1_000_000

function plain(language: string, { as, currency, decimals }: MetricUnit): Writers {
  const style: Intl.NumberFormatOptions = as === 'currency' && currency ? { style: 'currency', currency } : as === 'percent' ? { style: 'percent' } : {}
  const fixed = decimals === undefined ? undefined : { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
  const made = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, { ...style, ...options })
  const few = as === 'currency' ? {} : { maximumSignificantDigits: 3 }
  const whole = as === 'percent' ? { maximumFractionDigits: 1 } : { maximumFractionDigits: 0 }
  const fitting = (signed: Signed): Write => {
    const compact = made({ ...signed, notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 })
    const small = made({ ...signed, ...(fixed ?? (as === 'percent' ? whole : few)) })
    const large = made({ ...signed, ...(fixed ?? whole) })
    return (value) => {
      const size = Math.abs(value)
      return (size >= (fixed ? COMPACT_FIXED_FROM : COMPACT_FROM) ? compact : size < 100 ? small : large).format(value)
    }
  }
  const exact = made(fixed ?? (as === 'currency' ? {} : { maximumFractionDigits: 4 }))
  return { fitting, exact: (value) => exact.format(value) }
}

const SPANS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** Of seconds, in the greatest unit that there is one of. */
function durations(language: string, { decimals }: MetricUnit): Writers {
  const digits = decimals === undefined ? { maximumFractionDigits: 1 } : { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
  const fitting = (signed: Signed): Write => {
    return (seconds) => {
      const [unit, size] = SPANS.find(([, least]) => Math.abs(seconds) >= least) ?? SPANS[3]
      return new Intl.NumberFormat(language, { ...digits, ...signed, style: 'unit', unit, unitDisplay: 'short' }).format(seconds / size)
    }
  }
  return { fitting, exact: fitting({}) }
}
