import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Cell } from '@/api/insights'
import { classes } from '@/ui/classes'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import type { Flow, Plot } from '../plots'
import css from './Chart.module.css'
import type { Look } from './useLook'

const EChart = lazy(() => import('./EChart'))

/** Of a flow: so wide that names do not cover each other, and five steps fit beside the question at 1280 px. What does not fit scrolls. */
const STEP_PX = 112

interface Props {
  plot: Plot | Flow
  look: Look
  label: string
  height: number | 'fill'
  onCell?: (cell: Cell) => void
}

/** A drawing with the names of its lines, which can be taken out and put back. */
export function ChartView({ plot, look, label, height, onCell }: Props) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const shown = useMemo(
    () => (plot.form === 'flow' || hidden.size === 0 ? plot : { ...plot, series: plot.series.filter(({ name }) => !hidden.has(name)) }),
    [plot, hidden],
  )
  const scrolls = plot.form === 'flow' ? STEP_PX * Math.max(...plot.nodes.map(({ step }) => step)) : 0
  const toggle = (name: string) => setHidden((now) => (now.has(name) ? new Set([...now].filter((each) => each !== name)) : new Set([...now, name])))
  return (
    <div className={classes(css.chart, height === 'fill' && css.fill)}>
      <div className={css.canvas} {...(scrolls > 0 ? { tabIndex: 0, role: 'group', 'aria-label': label } : {})}>
        <Suspense fallback={<Skeleton height={height === 'fill' ? 120 : height} />}>
          <EChart plot={shown} look={look} label={label} height={height} least={scrolls} onCell={onCell} />
        </Suspense>
      </div>
      {plot.form !== 'flow' && plot.series.length > 1 && <Legend plot={plot} hidden={hidden} onToggle={toggle} />}
    </div>
  )
}

function Legend({ plot, hidden, onToggle }: { plot: Plot; hidden: ReadonlySet<string>; onToggle: (name: string) => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const hatched = plot.form !== 'line'
  return (
    <div className={css.legend} role="group" aria-label={t('insights.legend')}>
      {plot.series.map(({ name, look, faint }) => (
        <button key={name} type="button" aria-pressed={!hidden.has(name)} onClick={() => onToggle(name)} className={css.entry}>
          <span
            className={classes(css.swatch, hatched && look > 0 && css.hatched)}
            style={{ backgroundColor: `var(--chart-${look + 1})`, opacity: faint ? 0.5 : 1 }}
            aria-hidden
          />
          <bdi>{name}</bdi>
        </button>
      ))}
      {plot.left > 0 && <span className={css.left}>{t('insights.left', { count: plot.left, formatted: format.number(plot.left) })}</span>}
    </div>
  )
}
