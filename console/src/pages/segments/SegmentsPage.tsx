import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useCallback, useMemo } from 'react'
import type { SortDescriptor } from 'react-aria-components/Table'
import { useTranslation } from 'react-i18next'

import { lastDayQuery, segmentsQuery, type Segment } from '@/api/audiences'
import { useVoice } from '@/conditions/useVoice'
import { sentence } from '@/conditions/words'
import { ButtonLink } from '@/ui/ButtonLink'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Num } from '@/ui/Num'
import { Page } from '@/ui/Page'
import { SearchField } from '@/ui/SearchField'
import { Skeleton } from '@/ui/Skeleton'
import { Table, type TableColumn } from '@/ui/Table'

import css from './Segments.module.css'
import { Moved } from './Moved'
import { StatusTag } from './StatusTag'

const route = getRouteApi('/shell/segments')

type Row = Segment & { said: string; entered: number; left: number }

/** Every segment: who is meant, how many there are, what moved within a day. */
export function SegmentsPage() {
  const { t } = useTranslation()
  const { q = '', sort = 'name' } = route.useSearch()
  const navigate = route.useNavigate()
  const list = useQuery(segmentsQuery)
  const rows = useRows(q, sort)
  const columns = useColumns()
  const search = useCallback((next: string) => void navigate({ search: (old) => ({ ...old, q: next || undefined }), replace: true }), [navigate])
  const create = (
    <ButtonLink needs="write" to="/segments/~new" variant="primary" icon={Plus}>
      {t('segments.create')}
    </ButtonLink>
  )
  const none = list.data?.items.length === 0
  return (
    <Page
      title={t('segments.title')}
      lead={t('segments.lead')}
      height="fill"
      actions={none ? undefined : create}
      filters={none ? undefined : <SearchField label={t('segments.search')} value={q} onChange={search} main />}
    >
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={320} />}
      {list.data && (
        <Table
          label={t('segments.title')}
          columns={columns}
          rows={rows}
          rowId={(segment) => segment.key}
          rowText={(segment) => segment.name}
          onOpen={(segment) => void navigate({ to: '/segments/$key/{-$tab}', params: { key: segment.key } })}
          sort={sortOf(sort)}
          onSort={({ column, direction }) =>
            void navigate({ search: (old) => ({ ...old, sort: `${direction === 'descending' ? '-' : ''}${column}` }), replace: true })
          }
          rowHeight={56}
          empty={
            none ? (
              <EmptyState title={t('segments.empty')} action={create}>
                <p>{t('segments.emptyHint')}</p>
              </EmptyState>
            ) : (
              <EmptyState title={t('segments.noneFits')} />
            )
          }
        />
      )}
    </Page>
  )
}

function useRows(q: string, sort: string): Row[] {
  const { data } = useQuery(segmentsQuery)
  const moved = useQuery(lastDayQuery).data
  const voice = useVoice()
  return useMemo(() => {
    const all = (data?.items ?? []).map((segment) => ({
      ...segment,
      said: sentence(voice, segment.when),
      entered: moved?.get(segment.key)?.entered ?? 0,
      left: moved?.get(segment.key)?.left ?? 0,
    }))
    const wanted = q.toLocaleLowerCase()
    const found = all.filter((row) => `${row.name} ${row.key} ${row.description} ${row.said}`.toLocaleLowerCase().includes(wanted))
    const { column, direction } = sortOf(sort)
    const sign = direction === 'descending' ? -1 : 1
    return found.toSorted((one, other) => sign * (compare(one, other, String(column)) || one.name.localeCompare(other.name)))
  }, [data, moved, voice, q, sort])
}

function compare(one: Row, other: Row, column: string): number {
  if (column === 'count') return one.count - other.count
  if (column === 'moved') return one.entered + one.left - other.entered - other.left
  if (column === 'at') return one.at.localeCompare(other.at)
  return one.name.localeCompare(other.name)
}

function sortOf(sort: string): SortDescriptor {
  return { column: sort.replace(/^-/, ''), direction: sort.startsWith('-') ? 'descending' : 'ascending' }
}

function useColumns(): TableColumn<Row>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      { id: 'name', label: t('segments.name'), width: 3, minWidth: 170, sortable: true, render: (segment) => <Name segment={segment} /> },
      { id: 'count', label: t('segments.count'), width: 100, minWidth: 84, align: 'end', sortable: true, render: (segment) => <Num value={segment.count} /> },
      { id: 'moved', label: t('segments.lastDay'), width: 150, minWidth: 130, align: 'end', sortable: true, from: 620, render: (segment) => <Moved entered={segment.entered} left={segment.left} /> },
      { id: 'status', label: t('segments.state'), width: 160, minWidth: 130, from: 760, render: (segment) => <StatusTag status={segment.status} progress={segment.progress} /> },
      { id: 'at', label: t('segments.changed'), width: 130, minWidth: 110, align: 'end', sortable: true, from: 1000, render: (segment) => <DateTime at={segment.at} /> },
    ],
    [t],
  )
}

function Name({ segment }: { segment: Row }) {
  return (
    <span className={css.name}>
      <bdi className={css.strong}>{segment.name}</bdi>
      <span className={css.said}>{segment.said}</span>
    </span>
  )
}
