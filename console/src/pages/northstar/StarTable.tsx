import { useTranslation } from 'react-i18next'

import type { MetricAnswer, MetricUnit, NorthStarTold } from '@/api/northstar'
import { NumberButton } from '@/ui/NumberButton'
import { PlainTable } from '@/ui/PlainTable'
import { Sparkline } from '@/ui/Sparkline'

import { MetricChange } from './MetricChange'
import css from './NorthStar.module.css'
import { useNumbers } from './numbers'
import { metricsOf, rowsOf, trendOf, type Row } from './star'
import { ExploreLink } from './StarTree'

interface Props {
  told: NorthStarTold
  onWho: (metric: string, period: string) => void
}

/** The tree as a table of the same numbers; those with people behind them are buttons. */
export function StarTable({ told, onWho }: Props) {
  const { t } = useTranslation()
  const plain = new Set(metricsOf(told.question.metric).filter(({ series }) => series.length === 1).map(({ name }) => name))
  return (
    <PlainTable<Row>
      label={t('northstar.table.metrics')}
      rows={rowsOf(told.answer.metric)}
      rowId={({ node }) => node.name}
      columns={[
        {
          id: 'metric',
          label: t('northstar.column.metric'),
          render: ({ node, depth }) => (
            <span className={css.rowName} style={{ paddingInlineStart: `${depth * 20}px` }}>
              <bdi>{node.name}</bdi> <ExploreLink told={told} name={node.name} />
            </span>
          ),
        },
        {
          id: 'trend',
          label: t('northstar.column.trend'),
          wideOnly: true,
          render: ({ node }) => (
            <span className={css.rowTrend}>
              <Sparkline values={trendOf(node, told.answer)} label={t('northstar.trend', { name: node.name })} height={22} />
            </span>
          ),
        },
        {
          id: 'now',
          label: t('northstar.column.now'),
          align: 'end',
          render: ({ node }) => <Now node={node} onWho={plain.has(node.name) && node.value ? () => onWho(node.name, told.answer.period) : undefined} />,
        },
        { id: 'before', label: t('northstar.column.before'), align: 'end', wideOnly: true, render: ({ node }) => <Written value={node.before} unit={node.unit} /> },
        { id: 'change', label: t('northstar.column.change'), align: 'end', render: ({ node }) => <MetricChange of={node} /> },
        { id: 'made', label: t('northstar.column.made'), align: 'end', wideOnly: true, render: ({ node, above }) => (above?.combine ? <Written value={node.contribution} unit={above.unit} change /> : '') },
      ]}
    />
  )
}

function Now({ node, onWho }: { node: MetricAnswer; onWho?: () => void }) {
  const { t } = useTranslation()
  const text = useNumbers(node.unit).full(node.value)
  return onWho ? <NumberButton text={text} label={`${text} · ${t('northstar.who', { name: node.name })}`} onPress={onWho} /> : text
}

function Written({ value, unit, change }: { value: number | null | undefined; unit: MetricUnit | undefined; change?: boolean }) {
  const numbers = useNumbers(unit)
  return change ? numbers.change(value) : numbers.full(value)
}
