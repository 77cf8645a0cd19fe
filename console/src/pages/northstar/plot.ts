import type { Values } from '@/api/insights'
import type { NorthStarTold } from '@/api/northstar'

import type { Plot } from '../insights/plots'
import { openFrom } from './star'

/** The line of the number, before an earlier time if that is known. One event alone has people behind its points. */
export function starPlot({ question, answer }: NorthStarTold, earlier?: { name: string; values: Values }): Plot {
  const { metric, periods, complete } = answer
  const cell = question.metric.series.length === 1 ? (index: number) => ({ period: periods[index] ?? '', series: 'A' }) : undefined
  const series = [{ name: metric.name, values: metric.values, look: 0, cell }, ...(earlier ? [{ ...earlier, look: 0, faint: true }] : [])]
  return { form: 'line', x: periods, xAs: 'period', as: 'number', openFrom: openFrom(complete), left: 0, series }
}
