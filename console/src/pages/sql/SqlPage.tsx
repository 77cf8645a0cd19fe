import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Play, Table2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { schemaQuery } from '@/api/queries'
import type { SqlResult, SqlTable } from '@/api/types'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

import { Editor } from './Editor'
import { Examples } from './Examples'
import { firstQuery, piece, put } from './insert'
import { ResultTable } from './ResultTable'
import { SchemaTree } from './SchemaTree'
import css from './Sql.module.css'
import { written } from './tokens'

const NO_TABLES: SqlTable[] = []
const route = getRouteApi('/shell/sql')

export function SqlPage() {
  const { t } = useTranslation()
  const { query: shared = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const [query, setQuery] = useState(shared)
  const run = useMutation({ mutationFn: (text: string) => api.post<SqlResult>('/sql', { query: text }) })
  const start = (text: string) => {
    if (!text.trim()) return
    void navigate({ search: { query: text }, replace: true })
    run.mutate(text)
  }
  useRunOnce(shared, run.mutate)
  const schema = useQuery(schemaQuery)
  const [shown, setShown] = useState(false)
  const editor = useRef<HTMLTextAreaElement>(null)
  /** Where the cursor is, and it stays behind. */
  const insert = (table: string, column?: string) => {
    const field = editor.current
    if (!field) return
    setShown(false)
    if (!query.trim()) return put(field, firstQuery(table, column), 0, query.length)
    put(field, piece(query.slice(0, field.selectionStart), written(column ?? table)), field.selectionStart, field.selectionEnd)
  }
  return (
    <Page
      title={t('sql.title')}
      lead={t('sql.lead')}
      height="fill"
      actions={
        <Button variant="primary" icon={Play} onPress={() => start(query)} isPending={run.isPending} isDisabled={!query.trim()}>
          {t(run.isPending ? 'sql.running' : 'sql.run')}
        </Button>
      }
    >
      <div className={css.split}>
        <div className={css.open}>
          <Button icon={Table2} expanded={shown} onPress={() => setShown(!shown)}>
            {t('sql.tables')}
          </Button>
        </div>
        <SchemaTree shown={shown} tables={schema.data?.items} failed={schema.isError} onPick={insert} />
        <div className={css.work}>
          <Editor ref={editor} value={query} onChange={setQuery} onRun={() => start(query)} tables={schema.data?.items ?? NO_TABLES} />
          {run.error && <ErrorState error={run.error} />}
          {run.isPending && <Skeleton lines={5} />}
          {run.data && !run.isPending && !run.error && <ResultTable result={run.data} />}
          {run.isIdle && (
            <EmptyState title={t('sql.start')}>
              <p>{t('sql.startHint')}</p>
              <Examples
                onPick={(text) => {
                  setQuery(text)
                  start(text)
                }}
              />
            </EmptyState>
          )}
        </div>
      </div>
    </Page>
  )
}

/** A shared link carries its query: show the answer without a press. Read only, so nothing can be harmed. */
function useRunOnce(query: string, run: (query: string) => void): void {
  const done = useRef(false)
  useEffect(() => {
    if (done.current || !query) return
    done.current = true
    run(query)
  }, [query, run])
}
