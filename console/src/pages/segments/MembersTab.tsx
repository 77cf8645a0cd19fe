import { useInfiniteQuery, type UseInfiniteQueryResult } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { memberAccountsQuery, membersQuery, type Segment } from '@/api/audiences'
import { rowsOf } from '@/api/queries'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { personName } from '@/ui/personName'
import { Skeleton } from '@/ui/Skeleton'
import { Table, type TableColumn } from '@/ui/Table'

import { accountName } from '../accounts/accountName'
import { useAccountColumns } from '../accounts/useAccountColumns'
import { useColumns } from '../profiles/useColumns'

const HEIGHT = 560
const FILLING_MS = 2000

/** Everybody who is in: people, or accounts. */
export function MembersTab({ segment }: { segment: Segment }) {
  return segment.of === 'accounts' ? <Accounts segment={segment} /> : <People segment={segment} />
}

function People({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const list = useInfiniteQuery({ ...membersQuery(segment.key), refetchInterval: pace(segment) })
  const rows = useMemo(() => rowsOf(list.data), [list.data])
  const columns = useColumns().map((column) => ({ ...column, sortable: false }))
  return (
    <Members
      list={list}
      rows={rows}
      columns={columns}
      rowText={(person) => personName(t, person)}
      onOpen={({ id }) => void navigate({ to: '/profiles/$ref/{-$tab}', params: { ref: id } })}
      empty={
        <EmptyState title={t(segment.status === 'live' ? 'segments.nobody' : 'segments.nobodyYet')}>
          <p>{t('segments.nobodyHint')}</p>
        </EmptyState>
      }
    />
  )
}

function Accounts({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const list = useInfiniteQuery({ ...memberAccountsQuery(segment.key), refetchInterval: pace(segment) })
  const rows = useMemo(() => list.data?.pages.flatMap(({ accounts }) => accounts) ?? [], [list.data])
  return (
    <Members
      list={list}
      rows={rows}
      columns={useAccountColumns()}
      rowText={accountName}
      onOpen={({ id }) => void navigate({ to: '/accounts', search: { open: id } })}
      empty={<EmptyState title={t(segment.status === 'live' ? 'segments.noAccount' : 'segments.nobodyYet')} />}
    />
  )
}

function pace({ status }: Segment): number | false {
  return status === 'live' ? false : FILLING_MS
}

interface MembersProps<T> {
  list: UseInfiniteQueryResult
  rows: readonly T[]
  columns: readonly TableColumn<T>[]
  rowText: (row: T) => string
  onOpen: (row: T) => void
  empty: ReactNode
}

function Members<T extends { id: string }>({ list, ...table }: MembersProps<T>) {
  const { t } = useTranslation()
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton height={HEIGHT} />
  return (
    <Table
      label={t('segments.tab.members')}
      rowId={({ id }) => id}
      onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
      loadingMore={list.isFetchingNextPage}
      rowHeight={44}
      height={{ max: HEIGHT }}
      {...table}
    />
  )
}
