import type { TFunction } from 'i18next'

import type { Cell, Part, Question, TrendsLines } from '@/api/insights'

import { nameOf, picksOf } from './question'

/** Between what follows each other: a mark that turns around by itself where text runs from right to left. */
export const THEN = ' › '

/** A series as people read it: "Order Completed", "Order Completed · people". */
export function lineName({ label, measure }: TrendsLines['series'][number], t: TFunction): string {
  const name = label === '*' ? t('insights.anyEvent') : label
  return measure === 'events' ? name : `${name} · ${t(`insights.measure.${measure as 'people'}`)}`
}

/** What a part of a breakdown is called. */
export function partName({ value, label, other }: Partial<Part>, t: TFunction): string {
  return other ? t('insights.others') : (label ?? value ?? t('insights.noValue'))
}

/** Whose numbers of a breakdown are meant. */
export function partCell({ value, other }: Part): Cell {
  return other ? { other } : { value: value ?? '' }
}

/** What the people behind a number have in common. `period` writes a period, `group` one part of a breakdown. */
export function cellTitle(question: Question, cell: Cell, t: TFunction, period: (label: string) => string, group: (value: string) => string): string {
  const any = t('insights.anyEvent')
  const picks = picksOf(question)
  const value = cell.other ? [t('insights.others')] : cell.value === undefined ? [] : [group(String(cell.value)) || t('insights.noValue')]
  switch (question.kind) {
    case 'trends': {
      const series = picks['ABCDEFGHIJ'.indexOf(String(cell.series))]
      return [series ? nameOf(series, any) : '', ...value, period(String(cell.period))].filter(Boolean).join(' · ')
    }
    case 'funnel': {
      const step = picks[Number(cell.step) - 1]
      const name = step ? nameOf(step, any) : ''
      const said = cell.outcome === 'dropped' ? t('insights.people.dropped', { name }) : t('insights.people.reached', { name })
      return [said, ...value].join(' · ')
    }
    case 'retention':
      return [...value, period(String(cell.cohort)), t(`insights.nth.${question.period ?? 'week'}`, { number: question.brackets?.[Number(cell.period)] ?? Number(cell.period) })].join(' · ')
    case 'lifecycle':
      return [t(`insights.state.${String(cell.state) as 'new'}`), period(String(cell.period))].join(' · ')
    case 'stickiness':
      return t(cell.or_more ? 'insights.people.stuckOrMore' : 'insights.people.stuck', { count: Number(cell.periods) })
    case 'active':
      return [t('insights.people.active'), period(String(cell.period))].join(' · ')
    case 'paths':
      return [String(cell.item), ...(cell.next === undefined ? [] : [String(cell.next)])].join(THEN)
    case 'revenue':
      return [...value, t(`insights.people.${String(cell.of ?? 'buyers') as 'buyers'}`), period(String(cell.period))].join(' · ')
    case 'attribution':
      return t(`insights.people.${String(cell.of ?? 'converted') as 'converted'}`, { name: String(cell.value ?? '') })
  }
}
