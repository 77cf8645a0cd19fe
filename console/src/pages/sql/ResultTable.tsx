import { Download } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { SqlResult } from '@/api/types'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { Table, type TableColumn } from '@/ui/Table'
import { Tag } from '@/ui/Tag'
import { useFormat } from '@/ui/useFormat'

import { cellText, isNumeric, toCsv } from './cells'
import css from './Sql.module.css'

interface Row {
  id: number
  values: unknown[]
}

export function ResultTable({ result }: { result: SqlResult }) {
  const { t } = useTranslation()
  const format = useFormat()
  const rows = useMemo<Row[]>(() => result.rows.map((values, id) => ({ id, values })), [result])
  const columns = useMemo<TableColumn<Row>[]>(
    () =>
      result.columns.map((label, index) => ({
        id: `${index}`,
        label,
        minWidth: 120,
        align: isNumeric(result.types[index]) ? 'end' : 'start',
        render: (row) => (
          <span className={css.cell} dir="auto">
            {cellText(row.values[index])}
          </span>
        ),
      })),
    [result],
  )
  return (
    <>
      <div className={css.summary} role="status">
        <span>{t('sql.rows', { count: rows.length })}</span>
        <span>{format.duration(result.elapsed_ms / 1000)}</span>
        {result.truncated && <Tag tone="warn">{t('sql.truncated')}</Tag>}
        <Button size="small" icon={Download} onPress={() => save(toCsv(result))}>
          {t('sql.download')}
        </Button>
      </div>
      <Table
        label={t('sql.result')}
        columns={columns}
        rows={rows}
        rowId={(row) => String(row.id)}
        rowHeight={32}
        empty={<EmptyState title={t('sql.none')} />}
      />
    </>
  )
}

function save(csv: string): void {
  const url = URL.createObjectURL(new Blob([csv], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'rapport.csv'
  link.click()
  URL.revokeObjectURL(url)
}
