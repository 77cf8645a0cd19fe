import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { SqlTable } from '@/api/types'
import { SearchField } from '@/ui/SearchField'
import { Skeleton } from '@/ui/Skeleton'

import { found } from './insert'
import css from './Sql.module.css'

type OnPick = (table: string, column?: string) => void

interface Props {
  /** On a narrow screen, where it is folded away otherwise. */
  shown: boolean
  tables: SqlTable[] | undefined
  failed: boolean
  onPick: OnPick
}

/** Tables and their columns; press one to put its name into the query. */
export function SchemaTree({ shown: unfolded, tables, failed, onPick }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  if (failed) return null
  const shown = found(tables ?? [], text)
  return (
    <nav className={css.schema} data-shown={unfolded || undefined} aria-label={t('sql.tables')}>
      <h2 className={css.schemaTitle}>{t('sql.tables')}</h2>
      <div className={css.find}>
        <SearchField label={t('sql.find')} value={text} onChange={setText} delay={100} />
      </div>
      {!tables && <Skeleton lines={6} />}
      {tables && !shown.length && <p className={css.type}>{t('sql.notFound')}</p>}
      {shown.map(({ table, open }) => (
        <details key={table.name} className={css.table} open={open}>
          <summary>{table.name}</summary>
          <ul>
            <li>
              <Insert name={table.name} onPress={() => onPick(table.name)} />
            </li>
            {table.columns.map((column) => (
              <li key={column.name}>
                <Insert name={column.name} onPress={() => onPick(table.name, column.name)} />
                <span className={css.type}>{column.type.toLowerCase()}</span>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </nav>
  )
}

function Insert({ name, onPress }: { name: string; onPress: () => void }) {
  const { t } = useTranslation()
  return (
    <button type="button" className={css.insert} title={t('sql.insert', { name })} onClick={onPress}>
      {name}
    </button>
  )
}
