import { useTranslation } from 'react-i18next'

import type { MetricAnswer, NorthStarTold } from '@/api/northstar'
import { classes } from '@/ui/classes'

import css from './NorthStar.module.css'
import { useNumbers } from './numbers'

const MUCH = 0.001

/** Rounding alone leaves something, too. */
function isMuch({ unexplained, change }: MetricAnswer): boolean {
  return Math.abs(unexplained ?? 0) > MUCH * Math.abs(change ?? 0)
}

/** How much of the change each input of the number made. */
export function Moved({ told: { answer } }: { told: NorthStarTold }) {
  const { t } = useTranslation()
  const { metric } = answer
  const numbers = useNumbers(metric.unit)
  const inputs = metric.inputs ?? []
  if (!metric.combine || inputs.length === 0) return null
  const known = inputs.every(({ contribution }) => contribution !== null && contribution !== undefined)
  const parts = [
    ...inputs.map(({ name, contribution }) => ({ name, size: contribution ?? 0 })),
    ...(isMuch(metric) ? [{ name: t('northstar.unexplained'), size: metric.unexplained ?? 0 }] : []),
  ]
  const most = Math.max(...parts.map(({ size }) => Math.abs(size)), 1e-9)
  return (
    <section className={css.moved} aria-label={t('northstar.moved')}>
      <h2>{t('northstar.moved')}</h2>
      <p className={css.quiet}>{t('northstar.movedNote')}</p>
      {!known && <p className={css.quiet}>{t('northstar.unknown')}</p>}
      {known && (
        <ul>
          {parts.map(({ name, size }) => (
            <li key={name}>
              <bdi className={css.partName}>{name}</bdi>
              <span className={css.diverging} aria-hidden>
                <span className={classes(size < 0 ? css.less : css.more)} style={{ inlineSize: `${(Math.abs(size) / most) * 50}%` }} />
              </span>
              <span className={css.partSize}>{numbers.change(size)}</span>
            </li>
          ))}
          <li className={css.whole}>
            <bdi className={css.partName}>{metric.name}</bdi>
            <span className={css.partSize}>{numbers.change(metric.change)}</span>
          </li>
        </ul>
      )}
    </section>
  )
}
