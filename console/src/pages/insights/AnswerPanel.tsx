import { ChartColumn, ChartLine, Clock, Grid3x3, RotateCw, Table2, TrendingUp, UsersRound, type LucideIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { Answered, Cell } from '@/api/insights'
import { Button } from '@/ui/Button'
import { classes } from '@/ui/classes'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Change, Figure } from '@/ui/Figure'
import { SegmentedControl } from '@/ui/SegmentedControl'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import { AnswerView } from './AnswerView'
import { Asking } from './Asking'
import { useLook } from './chart/useLook'
import { headlines } from './headline'
import css from './Insights.module.css'
import { unitOf } from './periods'
import type { View } from './plots'
import type { Explorer } from './useExplorer'

const HEIGHT = 400

const VIEW_ICONS: Record<View, LucideIcon> = {
  chart: ChartLine,
  bar: ChartColumn,
  time: Clock,
  over_time: TrendingUp,
  curve: ChartLine,
  buyers: UsersRound,
  table: Table2,
}

interface Props {
  explorer: Explorer
  views: readonly View[]
  view: View
  onView: (view: View) => void
  onCell: (cell: Cell) => void
}

export function AnswerPanel({ explorer, views, view, onView, onCell }: Props) {
  const { t } = useTranslation()
  const { told, asking, error, retry, run, cancelled } = explorer
  return (
    <section className={css.panel} aria-label={t('insights.answer')} aria-busy={asking}>
      <h2 className="hidden-visually">{t('insights.answer')}</h2>
      <span className={css.progress} data-on={asking || undefined} aria-hidden />
      {run && <Asking key={run} run={run} onCancel={explorer.cancel} />}
      {error && <ErrorState error={error} onRetry={retry} />}
      {cancelled && (
        <EmptyState
          title={t('insights.running.cancelled')}
          action={
            <Button icon={RotateCw} onPress={retry}>
              {t('insights.running.again')}
            </Button>
          }
        >
          {told && t('insights.running.before')}
        </EmptyState>
      )}
      {!told && !error && !cancelled && (
        <div className={css.answer}>
          <Skeleton height={HEIGHT} />
        </div>
      )}
      {told && (
        <>
          <header className={css.answerHead}>
            <Headlines told={told} />
            <span className={css.end}>
              <SegmentedControl
                label={t('insights.view.title')}
                choices={views.map((value) => ({
                  value,
                  label: t(`insights.view.${value === 'chart' ? told.answer.kind : value}`),
                  icon: value === 'chart' && told.answer.kind === 'retention' ? Grid3x3 : VIEW_ICONS[value],
                }))}
                value={view}
                onChange={onView}
              />
            </span>
          </header>
          <div className={classes(css.answer, (error || cancelled) && css.stale)}>
            <AnswerView told={told} view={view} height={HEIGHT} onCell={onCell} />
          </div>
          <Foot told={told} />
        </>
      )}
    </section>
  )
}

function Headlines({ told }: { told: Answered }) {
  const { t } = useTranslation()
  const look = useLook(unitOf(told.question), told.question.timezone)
  return (
    <dl className={css.headlines}>
      {headlines(told, t).map(({ label, value, as, change }) => (
        <div key={label}>
          <dt title={label}>{label}</dt>
          <dd>
            <Figure
              size="medium"
              value={value === null ? '–' : look.write(value, as)}
              change={change !== undefined && change !== null && <Change by={change}>{look.write(Math.abs(change), 'percent')}</Change>}
            />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Foot({ told: { answer } }: { told: Answered }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <footer className={css.foot}>
      <span>{t('insights.pressNumber')}</span>
      <span>
        {t(answer.cached ? 'insights.cached' : 'insights.computed', { time: format.duration(answer.elapsed_ms / 1000) })} · <DateTime at={answer.as_of} as="time" />
      </span>
    </footer>
  )
}
