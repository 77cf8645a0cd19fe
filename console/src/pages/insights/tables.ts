import type { TFunction } from 'i18next'

import {
  STATES,
  type ActiveAnswer,
  type Amount,
  type Answered,
  type AttributionAnswer,
  type Cell,
  type Durations,
  type FunnelAnswer,
  type FunnelSteps,
  type LifecycleAnswer,
  type Part,
  type PathsAnswer,
  type RetentionAnswer,
  type StickinessAnswer,
  type TrendsAnswer,
  type TrendsLines,
} from '@/api/insights'

import { toCsv } from '../sql/cells'
import { lineName, partCell, partName } from './names'
import { revenueTables } from './revenue'

/** How a value is written. A period is the day on which it begins; durations are seconds. */
export type Shown = 'text' | 'number' | 'percent' | 'period' | 'duration' | `money:${string}`

/** Amounts of a currency; of none, or of what is none, they are numbers. */
export function money(currency: string | null): Shown {
  return currency && /^[A-Z]{3}$/.test(currency) ? `money:${currency}` : 'number'
}

export interface TableCell {
  value: string | number | null
  /** Where other than the column says. */
  as?: Shown
  /** Leads to the people behind the number. */
  cell?: Cell
}

export interface TableRow {
  cells: TableCell[]
  incomplete?: boolean
}

export interface AnswerTable {
  id: 'main' | 'values' | 'time' | 'over_time' | 'items'
  /** Whose numbers these are, where there are several tables of a sort. */
  of?: string
  columns: { label: string; as: Shown }[]
  rows: TableRow[]
}

/** Every answer as tables of the same numbers: what the chart shows, what is read aloud, what is exported. */
export function tablesOf({ question, answer }: Answered, t: TFunction): AnswerTable[] {
  switch (answer.kind) {
    case 'trends':
      return [trends(answer, t)]
    case 'funnel':
      return funnel(answer, t)
    case 'retention':
      return [retention(answer, t), ...(answer.breakdown ?? []).map((part) => retention({ ...answer, ...part }, t, part))]
    case 'lifecycle':
      return [lifecycle(answer, t)]
    case 'stickiness':
      return [stickiness(answer, t)]
    case 'active':
      return [active(answer, t)]
    case 'paths':
      return paths(answer, t, question.kind === 'paths' ? question.by : undefined)
    case 'revenue':
      return revenueTables(answer, t)
    case 'attribution':
      return [attribution(answer, t)]
  }
}

/** What a table is called. */
export function tableName({ id, of }: AnswerTable, t: TFunction): string {
  return of ?? t(`insights.table.${id}`)
}

/** Raw values: a spreadsheet knows best how to write them. */
export function csvOf({ columns, rows }: AnswerTable): string {
  return toCsv({ columns: columns.map(({ label }) => label), rows: rows.map(({ cells }) => cells.map(({ value }) => value)) })
}

interface Numbers {
  label: string
  values: (number | null)[]
  cell?: (index: number) => Cell
}

function trends(answer: TrendsAnswer, t: TFunction): AnswerTable {
  const lines = [...linesOf(answer, t, answer.periods), ...(answer.compared ? compared(answer.compared, t) : [])]
  return {
    id: 'main',
    columns: [{ label: t('insights.column.period'), as: 'period' }, ...lines.map(({ label }) => ({ label, as: 'number' as const }))],
    rows: answer.periods.map((period, index) => ({
      cells: [{ value: period }, ...lines.map(({ values, cell }) => ({ value: values[index] ?? null, cell: cell?.(index) }))],
      incomplete: answer.complete[index] === false,
    })),
  }
}

function linesOf(told: TrendsLines, t: TFunction, periods?: string[]): Numbers[] {
  const found = told.series.flatMap((series): Numbers[] => {
    const several = told.series.length > 1
    const name = lineName(series, t)
    const behind = (part?: Part) =>
      periods && ((index: number): Cell => ({ period: periods[index]!, series: series.name, ...(part ? partCell(part) : {}) }))
    const split = series.breakdown?.map(
      (part): Numbers => ({
        label: [several && name, partName(part, t)].filter(Boolean).join(' · '),
        values: part.values,
        cell: behind(part),
      }),
    )
    const whole: Numbers = { label: series.breakdown ? t('insights.allOf', { name }) : name, values: series.values, cell: behind() }
    const smooth = series.moving_average && { label: t('insights.averageOf', { name }), values: series.moving_average }
    return [whole, ...(smooth ? [smooth] : []), ...(split ?? [])]
  })
  return [...found, ...(told.formulas ?? []).map(({ formula, values }) => ({ label: formula, values }))]
}

function compared(told: TrendsLines, t: TFunction): Numbers[] {
  return linesOf(told, t).map(({ label, values }) => ({ label: t('insights.earlierOf', { name: label }), values }))
}

function funnel(answer: FunnelAnswer, t: TFunction): AnswerTable[] {
  const counted = t(answer.count === 'chains' ? 'insights.chains.column' : 'insights.column.people')
  const found: AnswerTable[] = [stepsTable('main', [answer], counted, t)]
  if (answer.breakdown) found.push(stepsTable('values', answer.breakdown, counted, t))
  if (answer.time_to_convert) found.push(time(answer.time_to_convert, t))
  if (answer.over_time) found.push(overTime(answer, t))
  return found
}

function stepsTable(id: 'main' | 'values', parts: (FunnelSteps & Partial<Part>)[], counted: string, t: TFunction): AnswerTable {
  const split = id === 'values'
  const labels = [
    ...(split ? [{ label: t('insights.column.value'), as: 'text' as const }] : []),
    { label: t('insights.column.step'), as: 'text' as const },
    { label: counted, as: 'number' as const },
    { label: t('insights.column.ofFirst'), as: 'percent' as const },
    { label: t('insights.column.ofPrevious'), as: 'percent' as const },
    { label: t('insights.column.dropped'), as: 'number' as const },
    { label: t('insights.column.median'), as: 'duration' as const },
    { label: t('insights.column.p90'), as: 'duration' as const },
  ]
  const rows = parts.flatMap((part) =>
    part.steps.map((step, index) => {
      const cell = (outcome?: string): Cell => ({ step: index + 1, ...(outcome ? { outcome } : {}), ...(split ? partCell(part as Part) : {}) })
      const name = partName(part, t)
      return {
        cells: [
          ...(split ? [{ value: name }] : []),
          { value: `${index + 1}. ${step.event === '*' ? t('insights.anyEvent') : step.event}` },
          { value: step.count, cell: cell() },
          { value: step.conversion },
          { value: step.conversion_from_previous },
          { value: step.dropped, cell: index ? cell('dropped') : undefined },
          { value: step.time_to_convert?.median ?? null },
          { value: step.time_to_convert?.p90 ?? null },
        ],
      }
    }),
  )
  return { id, columns: labels, rows }
}

function time(durations: Durations, t: TFunction): AnswerTable {
  return {
    id: 'time',
    columns: [
      { label: t('insights.column.from'), as: 'duration' },
      { label: t('insights.column.to'), as: 'duration' },
      { label: t('insights.column.people'), as: 'number' },
    ],
    rows: durations.histogram.map(({ from, to, people }) => ({ cells: [{ value: from }, { value: to }, { value: people }] })),
  }
}

function overTime(answer: FunnelAnswer, t: TFunction): AnswerTable {
  return {
    id: 'over_time',
    columns: [
      { label: t('insights.column.period'), as: 'period' },
      ...answer.steps.map((step, index) => ({ label: `${index + 1}. ${step.event}`, as: 'number' as const })),
      { label: t('insights.column.ofFirst'), as: 'percent' },
    ],
    rows: (answer.over_time ?? []).map(({ start, complete, steps }) => ({
      cells: [{ value: start }, ...steps.map(({ count }) => ({ value: count })), { value: steps.at(-1)?.conversion ?? null }],
      incomplete: !complete,
    })),
  }
}

function retention(answer: RetentionAnswer, t: TFunction, of?: Part): AnswerTable {
  const cells = answer.average.map((_, number) => number)
  return {
    ...(of ? { id: 'values', of: partName(of, t) } : { id: 'main' }),
    columns: [
      { label: t('insights.column.cohort'), as: 'period' },
      { label: t('insights.column.size'), as: 'number' },
      ...cells.map((number) => ({ label: cellName(answer.period, number, t, answer.brackets), as: 'number' as const })),
    ],
    rows: [
      ...answer.cohorts.map(({ start, size, values }) => ({
        cells: [{ value: start }, { value: size }, ...values.map((value, period) => ({ value, cell: value === null ? undefined : { cohort: start, period, ...(of ? partCell(of) : {}) } }))],
      })),
      {
        cells: [{ value: t('insights.average'), as: 'text' as const }, { value: null }, ...answer.average.map((value) => ({ value, as: 'percent' as const }))],
      },
    ],
  }
}

export function cellName(period: 'day' | 'week' | 'month', number: number, t: TFunction, brackets?: readonly string[]): string {
  return t(`insights.nth.${period}`, { number: brackets?.[number] ?? number })
}

function lifecycle(answer: LifecycleAnswer, t: TFunction): AnswerTable {
  return {
    id: 'main',
    columns: [
      { label: t('insights.column.period'), as: 'period' },
      ...STATES.map((state) => ({ label: t(`insights.state.${state}`), as: 'number' as const })),
      { label: t('insights.column.pulse'), as: 'number' },
    ],
    rows: answer.periods.map((each) => ({
      cells: [
        { value: each.start },
        ...STATES.map((state) => ({ value: each[state], cell: { period: each.start, state } })),
        { value: each.pulse === null ? null : Math.round(each.pulse * 100) / 100 },
      ],
      incomplete: !each.complete,
    })),
  }
}

function stickiness(answer: StickinessAnswer, t: TFunction): AnswerTable {
  return {
    id: 'main',
    columns: [
      { label: t('insights.column.activePeriods'), as: 'number' },
      { label: t('insights.column.people'), as: 'number' },
      { label: t('insights.column.share'), as: 'percent' },
      { label: t('insights.column.orMore'), as: 'number' },
    ],
    rows: answer.periods.map(({ periods, people, share, or_more }): TableRow => ({
      cells: [
        { value: periods },
        { value: people, cell: { periods } },
        { value: share },
        { value: or_more, cell: { periods, or_more: true } },
      ],
    })),
  }
}

function active(answer: ActiveAnswer, t: TFunction): AnswerTable {
  const trailing = answer.trailing > 1
  return {
    id: 'main',
    columns: [
      { label: t('insights.column.period'), as: 'period' },
      { label: t('insights.column.people'), as: 'number' },
      ...(trailing
        ? [
            { label: t('insights.trailing', { count: answer.trailing }), as: 'number' as const },
            { label: t('insights.column.ratio'), as: 'percent' as const },
          ]
        : []),
      { label: t('insights.column.events'), as: 'number' },
    ],
    rows: answer.periods.map((each): TableRow => ({
      cells: [
        { value: each.start },
        { value: each.people, cell: { period: each.start } },
        ...(trailing ? [{ value: each.trailing ?? null, cell: { period: each.start, trailing: true } }, { value: each.ratio ?? null }] : []),
        { value: each.events },
      ],
      incomplete: !each.complete,
    })),
  }
}

function attribution(answer: AttributionAnswer, t: TFunction): AnswerTable {
  const currencies = answer.amounts.map(({ currency }) => currency)
  const sums = (amounts: Amount[]): TableCell[] => currencies.map((name) => ({ value: amounts.find(({ currency }) => currency === name)?.amount ?? 0 }))
  const { unattributed: alone } = answer
  return {
    id: 'main',
    columns: [
      { label: t('insights.column.touch'), as: 'text' },
      { label: t('insights.column.conversions'), as: 'number' },
      { label: t('insights.column.share'), as: 'percent' },
      { label: t('insights.column.assisted'), as: 'number' },
      { label: t('insights.column.people'), as: 'number' },
      ...currencies.map((currency) => ({ label: amountName(currency, t), as: money(currency) })),
    ],
    rows: [
      ...answer.touches.map(({ value, conversions, share, assisted, people, amounts }): TableRow => ({
        cells: [
          { value },
          { value: conversions },
          { value: share },
          { value: assisted, cell: { of: 'assisted', value } },
          { value: people, cell: { of: 'credited', value } },
          ...sums(amounts),
        ],
      })),
      {
        cells: [
          { value: t('insights.unattributed') },
          { value: alone.conversions },
          { value: alone.share },
          { value: null },
          { value: alone.people, cell: { of: 'unattributed' } },
          ...sums(alone.amounts),
        ],
      },
    ],
  }
}

export function amountName(currency: string | null, t: TFunction): string {
  return currency ? t('insights.column.amountIn', { currency }) : t('insights.column.amount')
}

function paths(answer: PathsAnswer, t: TFunction, by: string | undefined): AnswerTable[] {
  const item = by && by !== 'event' ? by : t('insights.column.event')
  return [
    {
      id: 'main',
      columns: [
        { label: t('insights.column.step'), as: 'number' },
        { label: t('insights.column.from'), as: 'text' },
        { label: t('insights.column.to'), as: 'text' },
        { label: t('insights.column.paths'), as: 'number' },
        { label: t('insights.column.people'), as: 'number' },
        { label: t('insights.column.median'), as: 'duration' },
      ],
      rows: answer.links.map(({ step, from, to, paths: count, people, median_seconds }) => ({
        cells: [
          { value: step },
          { value: from },
          { value: to },
          { value: count },
          { value: people, cell: { step, item: from, next: to } },
          { value: median_seconds },
        ],
      })),
    },
    {
      id: 'items',
      columns: [
        { label: t('insights.column.step'), as: 'number' },
        { label: item, as: 'text' },
        { label: t('insights.column.paths'), as: 'number' },
      ],
      rows: answer.nodes.map((node) => ({
        cells: [{ value: node.step }, { value: node.item }, { value: node.paths, cell: { step: node.step, item: node.item } }],
      })),
    },
  ]
}
