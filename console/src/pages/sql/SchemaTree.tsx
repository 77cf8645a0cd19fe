import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { schemaQuery } from '@/api/queries'
import { Skeleton } from '@/ui/Skeleton'

import css from './Sql.module.css'

/** Tables and their columns; press one to put its name into the query. */
export function SchemaTree({ onPick }: { onPick: (name: string) => void }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(schemaQuery)
  if (error) return null
  return (
    <nav className={css.schema} aria-label={t('sql.tables')}>
      <h2 className={css.schemaTitle}>{t('sql.tables')}</h2>
      {!data && <Skeleton lines={6} />}
      {data?.items.map((table) => (
        <details key={table.name} className={css.table}>
          <summary>{table.name}</summary>
          <ul>
            <li>
              <Insert name={table.name} onPick={onPick} />
            </li>
            {table.columns.map((column) => (
              <li key={column.name}>
                <Insert name={column.name} onPick={onPick} />
                <span className={css.type}>{column.type.toLowerCase()}</span>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </nav>
  )
}

function Insert({ name, onPick }: { name: string; onPick: (name: string) => void }) {
  const { t } = useTranslation()
  return (
    <button type="button" className={css.insert} title={t('sql.insert', { name })} onClick={() => onPick(name)}>
      {name}
    </button>
  )
}
