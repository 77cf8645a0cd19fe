import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { TrendsAnswer } from '@/api/insights'
import type { NorthStarTold } from '@/api/northstar'
import { Figure } from '@/ui/Figure'
import { PlainTable } from '@/ui/PlainTable'

import { ChartView } from '../insights/chart/ChartView'
import { useLook } from '../insights/chart/useLook'
import { MetricChange } from './MetricChange'
import css from './NorthStar.module.css'
import { inUnit, useNumbers } from './numbers'
import { starPlot } from './plot'
import { lineOf } from './star'
import { usePeriodName } from './usePeriodName'

const HEIGHT = 240

interface Props {
  told: NorthStarTold
  /** The same number with the time before. */
  trends: TrendsAnswer | undefined
  table: boolean
  onWho: (metric: string, period: string) => void
}

/** The number in large, and its line against the earlier one. */
export function Hero({ told, trends, table, onWho }: Props) {
  const { t } = useTranslation()
  const { question, answer } = told
  const { metric } = answer
  const numbers = useNumbers(metric.unit)
  const plain = useLook(question.period ?? 'week', question.timezone)
  const look = useMemo(() => inUnit(plain, numbers), [plain, numbers])
  const name = usePeriodName(question)
  const earlier = lineOf(trends?.compared)
  const simple = question.metric.series.length === 1
  const plot = useMemo(() => starPlot(told, earlier && { name: t('insights.earlierOf', { name: told.answer.metric.name }), values: earlier }), [told, earlier, t])
  return (
    <section className={css.hero} aria-label={metric.name}>
      <header>
        <h2>
          <bdi>{metric.name}</bdi> <span className={css.quiet}>{name(answer.period)}</span>
        </h2>
        <Figure
          value={numbers.short(metric.value)}
          title={numbers.full(metric.value)}
          change={<MetricChange of={metric} />}
          note={metric.before === null ? t('northstar.nothingBefore') : t('northstar.against', { before: numbers.short(metric.before) })}
        />
      </header>
      {table ? (
        <div className={css.scroll}>
          <PlainTable
            label={t('northstar.table.periods')}
            rows={answer.periods.map((period, index) => ({ period, value: metric.values[index], before: earlier?.[index], open: !answer.complete[index] })).toReversed()}
            rowId={({ period }) => period}
            columns={[
              {
                id: 'period',
                label: t('insights.column.period'),
                render: ({ period, open }) => (
                  <>
                    {name(period)} {open && <span className={css.quiet}>{t('insights.soFar')}</span>}
                  </>
                ),
              },
              { id: 'value', label: metric.name, align: 'end', render: ({ value }) => numbers.full(value) },
              { id: 'before', label: t('northstar.column.before'), align: 'end', render: ({ before }) => numbers.full(before) },
            ]}
          />
        </div>
      ) : (
        <ChartView
          plot={plot}
          look={look}
          label={t('northstar.chart', { name: metric.name })}
          height={HEIGHT}
          onCell={simple ? (cell) => onWho(metric.name, String(cell.period)) : undefined}
        />
      )}
    </section>
  )
}
