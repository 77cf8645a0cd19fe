import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Network, Table2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { answerQuery, type Cell } from '@/api/insights'
import type { NorthStarQuestion, NorthStarTold } from '@/api/northstar'
import { Card } from '@/ui/Card'
import { classes } from '@/ui/classes'
import { ErrorState } from '@/ui/ErrorState'
import { SegmentedControl } from '@/ui/SegmentedControl'
import { Skeleton } from '@/ui/Skeleton'

import { PeopleDrawer } from '../insights/PeopleDrawer'
import { Hero } from './Hero'
import { Moved } from './Moved'
import css from './NorthStar.module.css'
import { metricsOf, trendsOf } from './star'
import { StarTable } from './StarTable'
import { StarTree } from './StarTree'
import type { Star } from './useStar'

const route = getRouteApi('/shell/north-star')

/** The number, how it went against the time before, and the inputs that moved it. */
export function StarAnswer({ star, question }: { star: Star; question: NorthStarQuestion }) {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { told, error, retry, asking } = star
  const table = search.view === 'table'
  if (error && !told) return <ErrorState error={error} onRetry={retry} />
  if (!told) return <Skeleton height={480} />
  const who = (metric: string, period: string) => void navigate({ search: (old) => ({ ...old, metric, cell: period, who: undefined }) })
  return (
    <div className={classes(css.answer, (asking || error) && css.stale)} aria-busy={asking}>
      {error && <ErrorState error={error} onRetry={retry} />}
      <div className={css.top}>
        <Compared told={told} table={table} onWho={who} />
        <Moved told={told} />
      </div>
      <Card
        flush={table}
        title={t('northstar.inputs')}
        actions={
          <SegmentedControl
            label={t('northstar.view.title')}
            choices={[
              { value: 'tree', label: t('northstar.view.tree'), icon: Network },
              { value: 'table', label: t('northstar.view.table'), icon: Table2 },
            ]}
            value={table ? 'table' : 'tree'}
            onChange={(view) => void navigate({ search: (old) => ({ ...old, view: view === 'table' ? view : undefined }), replace: true })}
          />
        }
      >
        {table ? <StarTable told={told} onWho={who} /> : <StarTree told={told} onWho={who} />}
      </Card>
      <Who question={question} told={told} />
    </div>
  )
}

function Compared({ told, table, onWho }: { told: NorthStarTold; table: boolean; onWho: (metric: string, period: string) => void }) {
  const asked = trendsOf(told.question, told.question.metric)
  const { data } = useQuery(answerQuery(asked))
  const earlier = data?.answer.kind === 'trends' ? data.answer : undefined
  return <Hero told={told} trends={earlier} table={table} onWho={onWho} />
}

/** The people behind a number of one metric; of one of them, why. */
function Who({ question, told }: { question: NorthStarQuestion; told: NorthStarTold }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const set = (change: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...change }) })
  const metric = metricsOf(question.metric).find(({ name }) => name === search.metric)
  if (!metric || !search.cell) return null
  const cell: Cell = { period: search.cell, series: 'A' }
  return (
    <PeopleDrawer
      question={trendsOf(told.question, metric)}
      cell={cell}
      who={search.who}
      onWho={(who) => set({ who })}
      onClose={() => set({ metric: undefined, cell: undefined, who: undefined })}
    />
  )
}
