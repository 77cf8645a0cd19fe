import { useTranslation } from 'react-i18next'

import type { Cell } from '@/api/insights'
import { NumberButton } from '@/ui/NumberButton'
import { PlainTable } from '@/ui/PlainTable'

import type { Look } from './chart/useLook'
import css from './Insights.module.css'
import type { AnswerTable, Shown, TableCell, TableRow } from './tables'

interface Props {
  table: AnswerTable
  label: string
  look: Pick<Look, 'write'>
  onCell?: (cell: Cell) => void
}

/** The numbers of an answer; those with people behind them are buttons. */
export function AnswerTableView({ table, label, look, onCell }: Props) {
  const { t } = useTranslation()
  return (
    <div className={css.numbers}>
      <PlainTable<Row>
        label={label}
        rows={numbered(table)}
        rowId={({ index }) => String(index)}
        columns={table.columns.map((column, place) => ({
          id: String(place),
          label: column.label,
          align: isNumber(column.as) && place > 0 ? ('end' as const) : ('start' as const),
          render: ({ cells, incomplete }) => (
            <>
              <Value told={cells[place]} as={column.as} look={look} onCell={onCell} of={`${cells[0]?.value ?? ''} ${column.label}`} />
              {place === 0 && incomplete && <span className={css.open}>{t('insights.soFar')}</span>}
            </>
          ),
        }))}
      />
    </div>
  )
}

interface Row extends TableRow {
  index: number
}

function numbered({ rows }: AnswerTable): readonly Row[] {
  return rows.map((row, index) => ({ ...row, index }))
}

function isNumber(as: Shown): boolean {
  return as === 'number' || as === 'percent' || as === 'duration' || as.startsWith('money:')
}

interface ValueProps {
  told: TableCell | undefined
  as: Shown
  look: Pick<Look, 'write'>
  onCell?: (cell: Cell) => void
  of: string
}

function Value({ told, as, look, onCell, of }: ValueProps) {
  const { t } = useTranslation()
  if (!told || told.value === null) return <span aria-hidden>–</span>
  const text = look.write(told.value, told.as ?? as, true)
  if (!told.cell || !onCell || told.value === 0) return <bdi>{text}</bdi>
  const { cell } = told
  return <NumberButton text={text} label={`${text} · ${of} · ${t('insights.people.open')}`} onPress={() => onCell(cell)} />
}
