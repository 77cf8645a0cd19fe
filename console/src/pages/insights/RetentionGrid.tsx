import type { CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'

import type { Cell, RetentionAnswer } from '@/api/insights'

import type { Look } from './chart/useLook'
import { partName } from './names'
import css from './Retention.module.css'
import { cellName } from './tables'

interface Props {
  answer: RetentionAnswer
  look: Pick<Look, 'write'>
  onCell?: (cell: Cell) => void
}

/** Cohorts by period: the darker, the more came back. The numbers are on it, so colour only helps. */
export function RetentionGrid({ answer, look, onCell }: Props) {
  const { t } = useTranslation()
  const numbers = answer.average.map((_, number) => number)
  const cohorts = answer.cohorts.filter(({ size }) => size > 0)
  return (
    <div className={css.frame} tabIndex={0} role="group" aria-label={t('insights.kind.retention')}>
      <table className={css.grid} aria-label={t('insights.kind.retention')}>
        <thead>
          <tr>
            <th scope="col">{t('insights.column.cohort')}</th>
            <th scope="col" className={css.end}>
              {t('insights.column.size')}
            </th>
            {numbers.map((number) => (
              <th key={number} scope="col">
                {cellName(answer.period, number, t, answer.brackets)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Average name={t('insights.average')} of={answer} look={look} />
          {answer.breakdown?.map((part, number) => (
            <Average key={number} name={t('insights.averageAt', { name: partName(part, t) })} of={part} look={look} />
          ))}
          {cohorts.map((cohort) => (
            <tr key={cohort.start}>
              <th scope="row">{look.write(cohort.start, 'period', true)}</th>
              <td className={css.end}>{look.write(cohort.size, 'number')}</td>
              {cohort.values.map((value, period) => (
                <td key={period}>
                  {value !== null && (
                    <Share
                      value={value}
                      share={value / cohort.size}
                      open={!cohort.complete[period]}
                      look={look}
                      label={`${look.write(cohort.start, 'period', true)} · ${cellName(answer.period, period, t, answer.brackets)}`}
                      onPress={onCell && value > 0 ? () => onCell({ cohort: cohort.start, period }) : undefined}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What came back in all, or of one segment that is compared. */
function Average({ name, of: { cohorts, average }, look }: { name: string; of: Pick<RetentionAnswer, 'cohorts' | 'average'>; look: Pick<Look, 'write'> }) {
  const people = cohorts.reduce((sum, { size }) => sum + size, 0)
  return (
    <tr className={css.average}>
      <th scope="row">
        <bdi>{name}</bdi>
      </th>
      <td className={css.end}>{look.write(people, 'number')}</td>
      {average.map((share, number) => (
        <td key={number}>{share === null ? '' : <span className={css.cell}>{look.write(share, 'percent')}</span>}</td>
      ))}
    </tr>
  )
}

interface ShareProps {
  value: number
  share: number
  /** May still grow. */
  open: boolean
  label: string
  look: Pick<Look, 'write'>
  onPress?: () => void
}

function Share({ value, share, open, label, look, onPress }: ShareProps) {
  const { t } = useTranslation()
  const text = look.write(share, 'percent')
  const people = t('insights.peopleCount', { count: value, formatted: look.write(value, 'number') })
  const title = [label, people, open && t('insights.soFar')].filter(Boolean).join(' · ')
  const looks = {
    className: css.cell,
    title,
    'data-open': open || undefined,
    style: { '--share': `${Math.round(Math.min(1, share) * 100)}%` } as CSSProperties,
  }
  if (!onPress) return <span {...looks}>{text}</span>
  return (
    <button type="button" {...looks} onClick={onPress} aria-label={`${text} · ${title}`}>
      {text}
    </button>
  )
}
