import { useTranslation } from 'react-i18next'

import { CLASSES, type Classes, type ValueClass } from '@/api/value'
import { Card } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { PlainTable } from '@/ui/PlainTable'
import { useFormat } from '@/ui/useFormat'

import { Bar } from './Bar'
import { useMoney } from './money'
import css from './Value.module.css'

interface Props {
  told: Classes
  onOpen: (name: string) => void
}

/** How many people a class has beside how much of the revenue it brought: that these differ is the point. */
export function ClassesCard({ told, onOpen }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const money = useMoney(told.currency)
  const most = Math.max(...told.classes.map(({ share }) => share), ...told.classes.map(({ revenue }) => revenue / (told.revenue || 1)), 0.01)
  return (
    <Card
      flush
      title={t('value.classes.title')}
      note={
        <>
          {t('value.classes.note')} · <DateTime at={told.as_of} as="time" />
        </>
      }
    >
      <PlainTable<ValueClass>
        label={t('value.classes.title')}
        rows={told.classes.toSorted((a, b) => CLASSES.indexOf(a.name) - CLASSES.indexOf(b.name))}
        rowId={({ name }) => name}
        columns={[
          { id: 'class', label: t('value.classes.class'), render: (row) => <Name row={row} onOpen={onOpen} /> },
          {
            id: 'people',
            label: t('value.classes.people'),
            render: ({ people, share }) => <Share value={format.number(people)} share={share} most={most} />,
          },
          {
            id: 'revenue',
            label: t('value.classes.revenue'),
            render: ({ revenue }) => <Share value={money.short(revenue)} share={told.revenue ? revenue / told.revenue : 0} most={most} look="second" />,
          },
          {
            id: 'each',
            label: t('value.classes.each'),
            align: 'end',
            wideOnly: true,
            render: ({ people, revenue }) => (people ? money.short(revenue / people) : <span aria-hidden>–</span>),
          },
          { id: 'orders', label: t('value.classes.orders'), align: 'end', wideOnly: true, render: ({ orders }) => format.number(orders) },
        ]}
      />
    </Card>
  )
}

function Name({ row, onOpen }: { row: ValueClass; onOpen: (name: string) => void }) {
  const { t } = useTranslation()
  return (
    <span className={css.className}>
      <button type="button" className={css.open} onClick={() => onOpen(row.name)}>
        {t(`value.class.${row.name}.name`)}
      </button>
      <span className={css.quiet}>{t(`value.class.${row.name}.meaning`)}</span>
    </span>
  )
}

function Share({ value, share, most, look }: { value: string; share: number; most: number; look?: 'second' }) {
  const format = useFormat()
  return (
    <span className={css.share}>
      <span className={css.shareText}>
        <span>{value}</span>
        <span className={css.quiet}>{format.percent(share)}</span>
      </span>
      <Bar share={share / most} look={look} />
    </span>
  )
}
