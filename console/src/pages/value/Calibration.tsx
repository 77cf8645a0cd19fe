import { useTranslation } from 'react-i18next'

import type { ModelCard } from '@/api/value'
import { PlainTable } from '@/ui/PlainTable'
import { useFormat } from '@/ui/useFormat'

import { Bar } from './Bar'
import css from './Value.module.css'

interface Props {
  rows: ModelCard['calibration']
  /** Probabilities; else mean numbers of orders. */
  shares: boolean
}

/** What was told beside what came, in groups of people who were told alike. */
export function Calibration({ rows, shares }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const most = shares ? 1 : Math.max(...rows.flatMap(({ predicted, observed }) => [predicted, observed]), 0.01)
  const write = (value: number) => (shares ? format.percent(value) : format.number(Math.round(value * 100) / 100))
  return (
    <div className={css.frame}>
      <PlainTable
        label={t('value.card.calibration')}
        rows={rows}
        rowId={({ people, predicted }) => `${people} ${predicted}`}
        columns={[
          {
            id: 'predicted',
            label: t('value.card.predicted'),
            render: ({ predicted }) => (
              <span className={css.line}>
                <Bar share={predicted / most} look="second" />
                <span className={css.percent}>{write(predicted)}</span>
              </span>
            ),
          },
          {
            id: 'observed',
            label: t('value.card.observed'),
            render: ({ observed }) => (
              <span className={css.line}>
                <Bar share={observed / most} />
                <span className={css.percent}>{write(observed)}</span>
              </span>
            ),
          },
          { id: 'people', label: t('value.classes.people'), align: 'end', render: ({ people }) => format.number(people) },
        ]}
      />
    </div>
  )
}
