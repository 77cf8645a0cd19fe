import { ArrowDownRight, Clock } from 'lucide-react'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'

import type { Cell, FunnelAnswer, FunnelSteps } from '@/api/insights'
import { classes } from '@/ui/classes'

import chart from './chart/Chart.module.css'
import type { Look } from './chart/useLook'
import css from './Funnel.module.css'
import { partCell, partName } from './names'
import { LOOKS } from './plots'

interface Props {
  answer: FunnelAnswer
  look: Pick<Look, 'write'>
  onCell?: (cell: Cell) => void
}

interface Part extends FunnelSteps {
  name: string
  /** Whose numbers they are, of a breakdown. */
  cell?: Cell
}

/** A column a step: how many reached it, and how many of the step before did not. */
export function FunnelBars({ answer, look, onCell }: Props) {
  const { t } = useTranslation()
  const chains = answer.count === 'chains'
  const parts = partsOf(answer, t)
  const left = (answer.breakdown?.length ?? 0) - LOOKS
  return (
    <div className={css.funnel}>
      <ol className={css.steps} aria-label={t('insights.kind.funnel')}>
        {answer.steps.map((step, index) => (
          <li key={index} className={css.step}>
            <h3 className={css.name} title={step.event}>
              <span className={css.place}>{index + 1}</span>
              <bdi>{step.event === '*' ? t('insights.anyEvent') : step.event}</bdi>
            </h3>
            <div className={css.bars}>
              {parts.map((part, number) => (
                <Bar key={number} chains={chains} part={part} index={index} number={parts.length > 1 ? number : 0} look={look} onCell={onCell} />
              ))}
            </div>
            <Below chains={chains} step={step} index={index} look={look} onCell={onCell} />
          </li>
        ))}
      </ol>
      {parts.length > 1 && (
        <ul className={css.parts}>
          {parts.map((part, number) => (
            <li key={number}>
              <span className={classes(chart.swatch, number > 0 && chart.hatched)} style={{ backgroundColor: `var(--chart-${number + 1})` }} aria-hidden />
              <bdi>{part.name}</bdi>
              <span className={css.quiet}>{look.write(part.steps.at(-1)?.conversion ?? 0, 'percent')}</span>
            </li>
          ))}
          {left > 0 && <li className={css.quiet}>{t('insights.left', { count: left, formatted: look.write(left, 'number') })}</li>}
        </ul>
      )}
    </div>
  )
}

function partsOf(answer: FunnelAnswer, t: TFunction): Part[] {
  if (!answer.breakdown?.length) return [{ ...answer, name: '' }]
  return answer.breakdown.slice(0, LOOKS).map((part) => ({ ...part, name: partName(part, t), cell: partCell(part) }))
}

interface BarProps {
  chains: boolean
  part: Part
  index: number
  number: number
  look: Pick<Look, 'write'>
  onCell?: (cell: Cell) => void
}

function Bar({ chains, part, index, number, look, onCell }: BarProps) {
  const { t } = useTranslation()
  const step = part.steps[index]
  if (!step) return null
  const share = step.conversion ?? 0
  const before = index ? (part.steps[index - 1]?.conversion ?? 0) : 1
  const open = (cell: Cell) => (onCell ? () => onCell({ ...cell, ...part.cell }) : undefined)
  const spoken = (key: 'reachedCount' | 'droppedCount', count: number) =>
    [part.name, t(chains ? `insights.chains.${key}` : `insights.people.${key}`, { count, formatted: look.write(count, 'number') })].filter(Boolean).join(': ')
  return (
    <div className={css.bar}>
      {before > share && (
        <Piece
          className={css.lost}
          size={before - share}
          label={spoken('droppedCount', step.dropped)}
          onPress={index > 0 && step.dropped > 0 ? open({ step: index + 1, outcome: 'dropped' }) : undefined}
        />
      )}
      <Piece
        className={classes(css.got, number > 0 && chart.hatched)}
        colour={`var(--chart-${number + 1})`}
        size={share}
        label={spoken('reachedCount', step.count)}
        onPress={step.count > 0 ? open({ step: index + 1 }) : undefined}
      />
    </div>
  )
}

interface PieceProps {
  className: string | undefined
  size: number
  colour?: string
  label: string
  onPress?: () => void
}

function Piece({ className, size, colour, label, onPress }: PieceProps) {
  const style = { blockSize: `${size * 100}%`, backgroundColor: colour }
  if (!onPress) return <span className={className} style={style} title={label} role="img" aria-label={label} />
  return <button type="button" className={className} style={style} title={label} aria-label={label} onClick={onPress} />
}

function Below({ chains, step, index, look, onCell }: { chains: boolean; step: FunnelSteps['steps'][number]; index: number; look: Pick<Look, 'write'>; onCell?: (cell: Cell) => void }) {
  const { t } = useTranslation()
  const reached = look.write(step.count, 'number')
  return (
    <div className={css.below}>
      <span className={css.main}>
        <strong>{look.write(step.conversion ?? 0, 'percent')}</strong>
        {onCell && step.count > 0 ? (
          <button type="button" className={css.link} onClick={() => onCell({ step: index + 1 })}>
            {t(chains ? 'insights.chains.count' : 'insights.peopleCount', { count: step.count, formatted: reached })}
          </button>
        ) : (
          <span>{t(chains ? 'insights.chains.count' : 'insights.peopleCount', { count: step.count, formatted: reached })}</span>
        )}
      </span>
      {index > 0 && (
        <span className={css.quiet}>
          <ArrowDownRight size={13} aria-hidden className="flip" />
          {onCell && step.dropped > 0 ? (
            <button type="button" className={css.link} onClick={() => onCell({ step: index + 1, outcome: 'dropped' })}>
              {t('insights.droppedCount', { count: step.dropped, formatted: look.write(step.dropped, 'number') })}
            </button>
          ) : (
            <span>{t('insights.droppedCount', { count: step.dropped, formatted: look.write(step.dropped, 'number') })}</span>
          )}
        </span>
      )}
      {step.time_to_convert && (
        <span className={css.quiet} title={t('insights.column.p90') + ': ' + look.write(step.time_to_convert.p90, 'duration')}>
          <Clock size={13} aria-hidden />
          {t('insights.medianOf', { time: look.write(step.time_to_convert.median, 'duration') })}
        </span>
      )}
    </div>
  )
}
