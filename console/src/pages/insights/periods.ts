import type { Question, Unit } from '@/api/insights'

const STYLES: Record<Unit, Intl.DateTimeFormatOptions> = {
  hour: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  week: { day: 'numeric', month: 'short' },
  month: { month: 'short', year: 'numeric' },
  quarter: { month: 'short', year: 'numeric' },
  year: { year: 'numeric' },
}

/** How a period is called, by the day on which it begins (hours: by the instant, in the question's zone). */
export function periodNames(language: string, unit: Unit, timeZone = 'UTC', long = false): (label: string) => string {
  const style = long && unit !== 'year' ? { year: 'numeric' as const, ...STYLES[unit] } : STYLES[unit]
  const format = new Intl.DateTimeFormat(language, { ...style, timeZone: unit === 'hour' ? timeZone : 'UTC' })
  return (label) => {
    const at = Date.parse(label.length === 10 ? `${label}T12:00:00Z` : label)
    return Number.isNaN(at) ? label : format.format(at)
  }
}

/** Of which unit the periods of the answer are. */
export function unitOf(question: Question): Unit {
  switch (question.kind) {
    case 'trends':
    case 'stickiness':
    case 'active':
      return question.period ?? 'day'
    case 'lifecycle':
    case 'revenue':
    case 'retention':
      return question.period ?? 'week'
    case 'funnel':
      return question.over_time ?? 'week'
    case 'paths':
    case 'attribution':
      return 'day'
  }
}
