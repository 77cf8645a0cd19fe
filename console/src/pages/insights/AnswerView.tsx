import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { Answered, Cell } from '@/api/insights'
import { EmptyState } from '@/ui/EmptyState'

import { AnswerTableView } from './AnswerTableView'
import { ChartView } from './chart/ChartView'
import { useLook } from './chart/useLook'
import { FunnelBars } from './FunnelBars'
import css from './Insights.module.css'
import { unitOf } from './periods'
import { plotOf, type View } from './plots'
import { RetentionGrid } from './RetentionGrid'
import { tableName, tablesOf } from './tables'

interface Props {
  told: Answered
  view: View
  height: number | 'fill'
  onCell?: (cell: Cell) => void
}

/** An answer as a chart, or as a table of the same numbers. */
export function AnswerView({ told, view, height, onCell }: Props) {
  const { t } = useTranslation()
  const { question, answer } = told
  const look = useLook(unitOf(question), question.timezone)
  const plot = useMemo(() => plotOf(told, view, t), [told, view, t])
  if (isEmpty(told)) return <EmptyState title={t('insights.nobody')}>{t('insights.nobodyHint')}</EmptyState>
  if (view === 'table') {
    return (
      <div className={css.tables} data-fill={height === 'fill' || undefined}>
        {tablesOf(told, t).map((table) => (
          <section key={`${table.id} ${table.of ?? ''}`} aria-label={tableName(table, t)}>
            {table.id !== 'main' && <h3>{tableName(table, t)}</h3>}
            <AnswerTableView table={table} label={tableName(table, t)} look={look} onCell={onCell} />
          </section>
        ))}
      </div>
    )
  }
  if (answer.kind === 'funnel' && view === 'chart') {
    return (
      <div style={{ blockSize: height === 'fill' ? '100%' : height }}>
        <FunnelBars answer={answer} look={look} onCell={onCell} />
      </div>
    )
  }
  if (answer.kind === 'retention' && view === 'chart') return <RetentionGrid answer={answer} look={look} onCell={onCell} />
  const label = t('insights.chartOf', { name: t(`insights.kind.${answer.kind}`) })
  return <ChartView plot={plot} look={look} label={label} height={height} onCell={onCell} />
}

function isEmpty({ answer }: Answered): boolean {
  switch (answer.kind) {
    case 'funnel':
      return !answer.steps[0]?.count
    case 'retention':
      return answer.cohorts.every(({ size }) => size === 0)
    case 'stickiness':
      return answer.people === 0
    case 'paths':
      return answer.links.length === 0
    case 'revenue':
      return answer.periods.every(({ orders, refunded }) => !orders && !refunded)
    case 'attribution':
      return answer.conversions === 0
    case 'active':
      return answer.periods.every(({ people, trailing }) => !people && !trailing)
    case 'lifecycle':
      return answer.periods.every((each) => !each.new && !each.returning && !each.resurrected && !each.dormant)
    case 'trends':
      return answer.series.every(({ values }) => values.every((value) => !value))
  }
}
