import type { TFunction } from 'i18next'

import type { Answered, RetentionAnswer, TrendsAnswer } from '@/api/insights'

import { lineName } from './names'
import { revenueHeadlines } from './revenue'
import { amountName, money, type Shown } from './tables'

/** The one or three numbers that one reads first. */
export interface Headline {
  label: string
  value: number | null
  as: Shown
  /** Against the earlier time, as a share. */
  change?: number | null
}

const MOST = 3

export function headlines({ answer }: Answered, t: TFunction): Headline[] {
  switch (answer.kind) {
    case 'trends':
      return trends(answer, t)
    case 'funnel':
      return [
        { label: t('insights.conversion'), value: answer.steps.at(-1)?.conversion ?? null, as: 'percent' },
        { label: t('insights.completed'), value: answer.steps.at(-1)?.count ?? 0, as: 'number' },
        { label: t('insights.column.median'), value: answer.time_to_convert?.median ?? null, as: 'duration' },
      ]
    case 'retention':
      return retention(answer, t)
    case 'lifecycle': {
      const last = answer.periods.findLast(({ complete }) => complete) ?? answer.periods.at(-1)
      return [
        { label: t('insights.state.new'), value: last?.new ?? null, as: 'number' },
        { label: t('insights.state.dormant'), value: last?.dormant ?? null, as: 'number' },
        { label: t('insights.column.pulse'), value: last?.pulse ?? null, as: 'number' },
      ]
    }
    case 'stickiness': {
      const days = answer.periods.reduce((sum, { periods, people }) => sum + periods * people, 0)
      return [
        { label: t('insights.column.people'), value: answer.people, as: 'number' },
        { label: t('insights.meanPeriods', { count: answer.of }), value: answer.people ? days / answer.people : null, as: 'number' },
      ]
    }
    case 'active': {
      const last = answer.periods.findLast(({ complete }) => complete) ?? answer.periods.at(-1)
      const told: Headline[] = [{ label: t('insights.latest'), value: last?.people ?? null, as: 'number' }]
      if (answer.trailing < 2) return told
      return [
        ...told,
        { label: t('insights.trailing', { count: answer.trailing }), value: last?.trailing ?? null, as: 'number' },
        { label: t('insights.column.ratio'), value: last?.ratio ?? null, as: 'percent' },
      ]
    }
    case 'revenue':
      return revenueHeadlines(answer, t)
    case 'attribution': {
      const [amount] = answer.amounts
      const { share } = answer.unattributed
      return [
        { label: t('insights.column.conversions'), value: answer.conversions, as: 'number' },
        { label: t('insights.attributed'), value: share === null ? null : 1 - share, as: 'percent' },
        ...(amount && answer.amounts.length === 1 ? [{ label: amountName(amount.currency, t), value: amount.amount, as: money(amount.currency) }] : []),
      ]
    }
    case 'paths':
      return [
        { label: t('insights.column.paths'), value: answer.paths, as: 'number' },
        { label: t('insights.column.people'), value: answer.people, as: 'number' },
        { label: t('insights.hiddenLinks'), value: answer.hidden.links, as: 'number' },
      ]
  }
}

const ADDS_UP = new Set(['events', 'sum'])

/** Sums of what adds up; of people and averages, who may be the same in two periods, the latest. */
function trends(answer: TrendsAnswer, t: TFunction): Headline[] {
  return answer.series.slice(0, MOST).map((series, index) => {
    const adds = ADDS_UP.has(series.measure)
    const last = answer.complete.lastIndexOf(true)
    const take = (values: (number | null)[]) => (adds ? values.reduce<number>((sum, value) => sum + (value ?? 0), 0) : (values.at(last) ?? null))
    const value = take(series.values)
    const earlier = answer.compared?.series[index] && take(answer.compared.series[index].values)
    const name = lineName(series, t)
    return {
      label: adds ? t('insights.totalOf', { name }) : t('insights.latestOf', { name }),
      value,
      as: 'number',
      change: answer.compared ? (earlier && value !== null ? value / earlier - 1 : null) : undefined,
    }
  })
}

function retention({ cohorts, average, period }: RetentionAnswer, t: TFunction): Headline[] {
  const people = cohorts.reduce((sum, { size }) => sum + size, 0)
  const last = average.findLastIndex((share) => share !== null)
  const shown = [1, last].filter((number, place, all) => number > 0 && number <= last && all.indexOf(number) === place)
  return [
    { label: t('insights.column.people'), value: people, as: 'number' },
    ...shown.map((number) => ({
      label: t('insights.averageAt', { name: t(`insights.nth.${period}`, { number }) }),
      value: average[number] ?? null,
      as: 'percent' as const,
    })),
  ]
}
