import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { membersQuery, type Segment } from '@/api/audiences'
import { rowsOf } from '@/api/queries'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { Table } from '@/ui/Table'

import { useColumns } from '../profiles/useColumns'
import { AccountMembers } from './AccountMembers'

const HEIGHT = 560

/** Everybody who is in. */
export function MembersTab({ segment }: { segment: Segment }) {
  return segment.of === 'accounts' ? <AccountMembers segment={segment} /> : <People segment={segment} />
}

function People({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const list = useInfiniteQuery({ ...membersQuery(segment.key), refetchInterval: segment.status === 'live' ? false : 2000 })
  const rows = useMemo(() => rowsOf(list.data), [list.data])
  const columns = useColumns().map((column) => ({ ...column, sortable: false }))
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton height={HEIGHT} />
  return (
    <Table
      label={t('segments.tab.members')}
      columns={columns}
      rows={rows}
      rowId={(person) => person.id}
      rowText={(person) => person.name || person.id}
      onOpen={(person) => void navigate({ to: '/profiles/$ref/{-$tab}', params: { ref: person.id } })}
      onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
      loadingMore={list.isFetchingNextPage}
      rowHeight={44}
      height={{ max: HEIGHT }}
      empty={
        <EmptyState title={t(segment.status === 'live' ? 'segments.nobody' : 'segments.nobodyYet')}>
          <p>{t('segments.nobodyHint')}</p>
        </EmptyState>
      }
    />
  )
}
