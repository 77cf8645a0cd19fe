import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { schemaQuery } from '@/api/queries'
import { SearchField } from '@/ui/SearchField'
import { Skeleton } from '@/ui/Skeleton'

import { found } from './insert'
import css from './Sql.module.css'

type OnPick = (table: string, column?: string) => void

/** Tables and their columns; press one to put its name into the query. */
export function SchemaTree({ onPick }: { onPick: OnPick }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const { data, error } = useQuery(schemaQuery)
  if (error) return null
  const shown = found(data?.items ?? [], text)
  return (
    <nav className={css.schema} aria-label={t('sql.tables')}>
      <h2 className={css.schemaTitle}>{t('sql.tables')}</h2>
      <div className={css.find}>
        <SearchField label={t('sql.find')} value={text} onChange={setText} delay={100} />
      </div>
      {!data && <Skeleton lines={6} />}
      {data && !shown.length && <p className={css.type}>{t('sql.notFound')}</p>}
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
