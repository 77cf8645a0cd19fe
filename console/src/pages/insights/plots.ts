import type { TFunction } from 'i18next'

import {
  STATES,
  type ActiveAnswer,
  type Answered,
  type AttributionAnswer,
  type Cell,
  type FunnelAnswer,
  type LifecycleAnswer,
  type PathsAnswer,
  type RetentionAnswer,
  type RevenueAnswer,
  type StickinessAnswer,
  type TrendsAnswer,
  type Values,
} from '@/api/insights'

import { lineName, partCell, partName } from './names'
import { revenueSeries } from './revenue'
import { cellName, type Shown } from './tables'

/** What a chart draws, before colours and formats. */
export interface Plot {
  form: 'line' | 'bar' | 'stacked'
  /** Along the bottom; written as `xAs`. */
  x: (string | number)[]
  xAs: Shown
  as: Shown
  series: PlotSeries[]
  /** From here on the numbers may still grow. */
  openFrom: number
  /** Series that the table has and the chart leaves out. */
  left: number
}

export interface PlotSeries {
  name: string
  values: Values
  /** Number of its colour, from 0. */
  look: number
  /** Stands behind the others: an earlier time, or what a moving average smooths. */
  faint?: boolean
  cell?: (index: number) => Cell
}

export interface Flow {
  form: 'flow'
  nodes: { step: number; item: string; paths: number }[]
  links: PathsAnswer['links']
}

export const LOOKS = 8
const MOST_BARS = 12

export type View = 'chart' | 'bar' | 'time' | 'over_time' | 'curve' | 'buyers' | 'table'

/** The ways to look at an answer, the first one the usual. */
export function viewsOf({ answer }: Answered): View[] {
  switch (answer.kind) {
    case 'trends':
      return ['chart', 'bar', 'table']
    case 'funnel':
      return ['chart', ...(answer.time_to_convert ? (['time'] as const) : []), ...(answer.over_time ? (['over_time'] as const) : []), 'table']
    case 'retention':
      return ['chart', 'curve', 'table']
    case 'revenue':
      return ['chart', 'buyers', 'table']
    default:
      return ['chart', 'table']
  }
}

/** The drawing of an answer, also of those that the page itself draws as a table or with bars. */
export function plotOf({ answer }: Answered, view: View, t: TFunction): Plot | Flow {
  switch (answer.kind) {
    case 'trends':
      return trends(answer, view === 'bar' ? 'bar' : 'line', t)
    case 'funnel':
      if (view === 'time') return histogram(answer, t)
      return view === 'over_time' ? overTime(answer, t) : funnel(answer, t)
    case 'retention':
      return retention(answer, t)
    case 'lifecycle':
      return lifecycle(answer, t)
    case 'stickiness':
      return stickiness(answer, t)
    case 'active':
      return active(answer, t)
    case 'paths':
      return flow(answer)
    case 'revenue':
      return revenue(answer, view, t)
    case 'attribution':
      return attribution(answer, t)
  }
}

const PLAIN = { as: 'number', openFrom: Infinity, left: 0 } as const

function openFrom(complete: readonly boolean[]): number {
  const last = complete.lastIndexOf(true)
  return last === complete.length - 1 ? Infinity : last + 1
}

function trends(answer: TrendsAnswer, form: 'line' | 'bar', t: TFunction): Plot {
  const lines = drawn(answer, t, answer.periods)
  const series = lines.slice(0, LOOKS).map((line, look) => ({ ...line, look }))
  const earlier = answer.compared ? drawn(answer.compared, t).slice(0, LOOKS) : []
  const behind = earlier.map((line, look) => ({ ...line, name: t('insights.earlierOf', { name: line.name }), look, faint: true }))
  const smooth = answer.formulas
    ? []
    : answer.series.slice(0, LOOKS).flatMap((each, look): PlotSeries[] =>
        each.moving_average && !each.breakdown
          ? [{ name: t('insights.averageOf', { name: lineName(each, t) }), values: each.moving_average, look }]
          : [],
      )
  return {
    ...PLAIN,
    form,
    x: answer.periods,
    xAs: 'period',
    series: [...series.map((each) => (smooth.length ? { ...each, faint: true } : each)), ...behind, ...smooth],
    openFrom: openFrom(answer.complete),
    left: Math.max(0, lines.length - LOOKS),
  }
}

type Drawn = Omit<PlotSeries, 'look'>

function drawn(told: Pick<TrendsAnswer, 'series' | 'formulas'>, t: TFunction, periods?: string[]): Drawn[] {
  if (told.formulas) return told.formulas.map(({ formula, values }) => ({ name: formula, values }))
  return told.series.flatMap((series): Drawn[] => {
    const name = lineName(series, t)
    const at = (index: number) => ({ period: periods?.[index] ?? '', series: series.name })
    if (!series.breakdown) return [{ name, values: series.values, cell: periods && at }]
    return series.breakdown.map((part) => ({
      name: [told.series.length > 1 && name, partName(part, t)].filter(Boolean).join(' · '),
      values: part.values,
      cell: periods && ((index: number) => ({ ...at(index), ...partCell(part) })),
    }))
  })
}

function funnel(answer: FunnelAnswer, t: TFunction): Plot {
  const parts = answer.breakdown ?? [{ ...answer, value: t('insights.column.people') }]
  return {
    ...PLAIN,
    form: 'bar',
    x: answer.steps.map(({ event }, index) => `${index + 1}. ${event === '*' ? t('insights.anyEvent') : event}`),
    xAs: 'text',
    series: parts.slice(0, LOOKS).map((part, look) => ({
      name: partName(part, t),
      values: part.steps.map(({ count }) => count),
      look,
      cell: (index) => ({ step: index + 1, ...(answer.breakdown ? partCell(part) : {}) }),
    })),
    left: Math.max(0, parts.length - LOOKS),
  }
}

function histogram(answer: FunnelAnswer, t: TFunction): Plot {
  const bins = answer.time_to_convert?.histogram ?? []
  return {
    ...PLAIN,
    form: 'bar',
    x: bins.map(({ from }) => from),
    xAs: 'duration',
    series: [{ name: t('insights.column.people'), values: bins.map(({ people }) => people), look: 0 }],
  }
}

function overTime(answer: FunnelAnswer, t: TFunction): Plot {
  const points = answer.over_time ?? []
  return {
    ...PLAIN,
    form: 'line',
    as: 'percent',
    x: points.map(({ start }) => start),
    xAs: 'period',
    series: [{ name: t('insights.conversion'), values: points.map(({ steps }) => steps.at(-1)?.conversion ?? null), look: 0 }],
    openFrom: openFrom(points.map(({ complete }) => complete)),
  }
}

function retention(answer: RetentionAnswer, t: TFunction): Plot {
  return {
    ...PLAIN,
    form: 'line',
    as: 'percent',
    x: answer.average.map((_, number) => cellName(answer.period, number, t, answer.brackets)),
    xAs: 'text',
    series: [
      { name: t('insights.average'), values: answer.average, look: 0 },
      ...(answer.breakdown ?? []).slice(0, LOOKS - 1).map((part, place) => ({ name: partName(part, t), values: part.average, look: place + 1 })),
    ],
  }
}

function lifecycle(answer: LifecycleAnswer, t: TFunction): Plot {
  return {
    ...PLAIN,
    form: 'stacked',
    x: answer.periods.map(({ start }) => start),
    xAs: 'period',
    series: STATES.map((state, look) => ({
      name: t(`insights.state.${state}`),
      values: answer.periods.map((each) => (state === 'dormant' ? -each.dormant : each[state])),
      look,
      cell: (index) => ({ period: answer.periods[index]!.start, state }),
    })),
    openFrom: openFrom(answer.periods.map(({ complete }) => complete)),
  }
}

function stickiness(answer: StickinessAnswer, t: TFunction): Plot {
  return {
    ...PLAIN,
    form: 'bar',
    x: answer.periods.map(({ periods }) => periods),
    xAs: 'number',
    series: [
      {
        name: t('insights.column.people'),
        values: answer.periods.map(({ people }) => people),
        look: 0,
        cell: (index) => ({ periods: answer.periods[index]!.periods }),
      },
    ],
  }
}

function active(answer: ActiveAnswer, t: TFunction): Plot {
  const at = (index: number) => ({ period: answer.periods[index]!.start })
  const people: PlotSeries = { name: t('insights.people.active'), values: answer.periods.map((each) => each.people), look: 0, cell: at }
  const trailing: PlotSeries = {
    name: t('insights.trailing', { count: answer.trailing }),
    values: answer.periods.map((each) => each.trailing ?? null),
    look: 1,
    cell: (index) => ({ ...at(index), trailing: true }),
  }
  return {
    ...PLAIN,
    form: 'line',
    x: answer.periods.map(({ start }) => start),
    xAs: 'period',
    series: answer.trailing > 1 ? [people, trailing] : [people],
    openFrom: openFrom(answer.periods.map(({ complete }) => complete)),
  }
}

function revenue(answer: RevenueAnswer, view: View, t: TFunction): Plot {
  return {
    ...PLAIN,
    x: answer.periods.map(({ start }) => start),
    xAs: 'period',
    ...revenueSeries(answer, view, LOOKS, t),
    openFrom: openFrom(answer.periods.map(({ complete }) => complete)),
  }
}

function attribution(answer: AttributionAnswer, t: TFunction): Plot {
  const shown = answer.touches.slice(0, MOST_BARS)
  return {
    ...PLAIN,
    form: 'bar',
    x: [...shown.map(({ value }) => value), t('insights.unattributed')],
    xAs: 'text',
    series: [
      {
        name: t('insights.column.conversions'),
        values: [...shown.map(({ conversions }) => conversions), answer.unattributed.conversions],
        look: 0,
        cell: (index): Cell => (shown[index] ? { of: 'credited', value: shown[index].value } : { of: 'unattributed' }),
      },
      {
        name: t('insights.column.assisted'),
        values: [...shown.map(({ assisted }) => assisted), null],
        look: 1,
        cell: (index) => ({ of: 'assisted', value: shown[index]?.value ?? '' }),
      },
    ],
    left: answer.touches.length - shown.length,
  }
}

function flow(answer: PathsAnswer): Flow {
  const reached = new Set(answer.links.flatMap(({ step, from, to }) => [`${step} ${from}`, `${step + 1} ${to}`]))
  return { form: 'flow', nodes: answer.nodes.filter(({ step, item }) => reached.has(`${step} ${item}`)), links: answer.links }
}
