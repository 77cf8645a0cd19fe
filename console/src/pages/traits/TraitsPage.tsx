import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useCallback, useMemo } from 'react'
import type { SortDescriptor } from 'react-aria-components/Table'
import { useTranslation } from 'react-i18next'

import { computedTraitsQuery, type ComputedTrait } from '@/api/audiences'
import { computationWords } from '@/conditions/computations'
import { useVoice } from '@/conditions/useVoice'
import { ButtonLink } from '@/ui/ButtonLink'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Id } from '@/ui/Id'
import { Num } from '@/ui/Num'
import { Page } from '@/ui/Page'
import { SearchField } from '@/ui/SearchField'
import { Skeleton } from '@/ui/Skeleton'
import { Table, type TableColumn } from '@/ui/Table'

import css from '../segments/Segments.module.css'
import { StatusTag } from '../segments/StatusTag'

const route = getRouteApi('/shell/traits')

type Row = ComputedTrait & { said: string }

/** Every computed trait: what it is, and how many have a value. */
export function TraitsPage() {
  const { t } = useTranslation()
  const { q = '', sort = 'name' } = route.useSearch()
  const navigate = route.useNavigate()
  const list = useQuery(computedTraitsQuery)
  const rows = useRows(list.data?.items, q, sort)
  const columns = useColumns()
  const search = useCallback((next: string) => void navigate({ search: (old) => ({ ...old, q: next || undefined }), replace: true }), [navigate])
  const none = list.data?.items.length === 0
  const create = (
    <ButtonLink needs="write" to="/traits/~new" variant="primary" icon={Plus}>
      {t('traits.create')}
    </ButtonLink>
  )
  return (
    <Page
      title={t('traits.title')}
      lead={t('traits.lead')}
      height="fill"
      actions={none ? undefined : create}
      filters={none ? undefined : <SearchField label={t('traits.search')} value={q} onChange={search} main />}
    >
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={320} />}
      {list.data && (
        <Table
          label={t('traits.title')}
          columns={columns}
          rows={rows}
          rowId={(trait) => trait.key}
          rowText={(trait) => trait.name}
          onOpen={(trait) => void navigate({ to: '/traits/$key', params: { key: trait.key } })}
          sort={sortOf(sort)}
          onSort={({ column, direction }) =>
            void navigate({ search: (old) => ({ ...old, sort: `${direction === 'descending' ? '-' : ''}${column}` }), replace: true })
          }
          rowHeight={56}
          empty={
            none ? (
              <EmptyState title={t('traits.empty')} action={create}>
                <p>{t('traits.emptyHint')}</p>
              </EmptyState>
            ) : (
              <EmptyState title={t('traits.noneFits')} />
            )
          }
        />
      )}
    </Page>
  )
}

function useRows(items: readonly ComputedTrait[] | undefined, q: string, sort: string): Row[] {
  const voice = useVoice()
  return useMemo(() => {
    const wanted = q.toLocaleLowerCase()
    const all = (items ?? []).map((trait) => ({ ...trait, said: computationWords(voice, trait.trait) }))
    const found = all.filter(({ name, key, said, description }) => `${name} ${key} ${description} ${said}`.toLocaleLowerCase().includes(wanted))
    const { column, direction } = sortOf(sort)
    const sign = direction === 'descending' ? -1 : 1
    return found.toSorted((one, other) => sign * (compare(one, other, String(column)) || one.name.localeCompare(other.name)))
  }, [items, voice, q, sort])
}

function compare(one: Row, other: Row, column: string): number {
  if (column === 'count') return one.count - other.count
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
      { id: 'name', label: t('traits.name'), width: 3, minWidth: 170, sortable: true, render: (trait) => <Name trait={trait} /> },
      { id: 'key', label: t('segments.key'), width: 1.2, minWidth: 120, from: 900, render: (trait) => <Id>{trait.key}</Id> },
      { id: 'count', label: t('traits.people'), width: 150, minWidth: 120, align: 'end', sortable: true, render: (trait) => <Num value={trait.count} /> },
      { id: 'status', label: t('segments.state'), width: 160, minWidth: 130, from: 760, render: (trait) => <StatusTag status={trait.status} progress={trait.progress} /> },
      { id: 'at', label: t('segments.changed'), width: 130, minWidth: 110, align: 'end', sortable: true, from: 1000, render: (trait) => <DateTime at={trait.at} /> },
    ],
    [t],
  )
}

function Name({ trait }: { trait: Row }) {
  return (
    <span className={css.name}>
      <bdi className={css.strong}>{trait.name}</bdi>
      <span className={css.said}>{trait.said}</span>
    </span>
  )
}
