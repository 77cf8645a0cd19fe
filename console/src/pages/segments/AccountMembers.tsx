import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { memberAccountsQuery, type Segment } from '@/api/audiences'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { Table } from '@/ui/Table'

import { accountName } from '../accounts/accountName'
import { useAccountColumns } from '../accounts/useAccountColumns'

const HEIGHT = 560

/** The accounts of a segment of accounts. */
export function AccountMembers({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const list = useInfiniteQuery({ ...memberAccountsQuery(segment.key), refetchInterval: segment.status === 'live' ? false : 2000 })
  const rows = useMemo(() => list.data?.pages.flatMap(({ accounts }) => accounts) ?? [], [list.data])
  const columns = useAccountColumns()
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton height={HEIGHT} />
  return (
    <Table
      label={t('segments.tab.members')}
      columns={columns}
      rows={rows}
      rowId={(account) => account.id}
      rowText={accountName}
      onOpen={(account) => void navigate({ to: '/accounts', search: { open: account.id } })}
      onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
      loadingMore={list.isFetchingNextPage}
      rowHeight={44}
      height={{ max: HEIGHT }}
      empty={<EmptyState title={t(segment.status === 'live' ? 'segments.noAccount' : 'segments.nobodyYet')} />}
    />
  )
}
