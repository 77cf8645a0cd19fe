import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { rowsOf } from '@/api/queries'
import { quarantineQuery, reasonsQuery } from '@/api/quarantine'
import { Button } from '@/ui/Button'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'
import { Table } from '@/ui/Table'

import { QuarantinedDrawer } from './QuarantinedDrawer'
import { Nothing } from './Nothing'
import { QuarantineFilters } from './QuarantineFilters'
import { RedriveAll } from './RedriveAll'
import { useColumns } from './useColumns'

const route = getRouteApi('/shell/quarantine')

/** What was accepted but could not be used: correct it, send it again, or let it go. */
export function QuarantinePage() {
  const { t } = useTranslation()
  const filter = route.useSearch()
  const { reason, status = 'open', open } = filter
  const navigate = route.useNavigate()
  const [redriving, setRedriving] = useState(false)
  const list = useInfiniteQuery(quarantineQuery(filter))
  const reasons = useQuery(reasonsQuery(status, filter.source)).data
  const rows = useMemo(() => rowsOf(list.data), [list.data])
  const columns = useColumns()
  const set = useCallback(
    (change: Partial<typeof filter>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: !change.open }),
    [navigate],
  )
  return (
    <Page
      title={t('quarantine.title')}
      lead={t('quarantine.lead')}
      height="fill"
      actions={
        <Button needs="write" variant="primary" icon={RotateCw} isDisabled={!reasons?.count || status !== 'open'} onPress={() => setRedriving(true)}>
          {t('quarantine.redriveAll')}
        </Button>
      }
      filters={<QuarantineFilters filter={filter} onChange={set} reasons={reasons?.items ?? []} total={reasons?.count ?? 0} />}
    >
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={360} />}
      {list.data && (
        <Table
          label={t('quarantine.title')}
          columns={columns}
          rows={rows}
          rowId={(one) => String(one.id)}
          rowText={(one) => one.detail || one.reason}
          onOpen={(one) => set({ open: String(one.id) })}
          onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          loadingMore={list.isFetchingNextPage}
          rowHeight={44}
          empty={<Nothing filtered={Boolean(reason || filter.source || status !== 'open')} onClear={() => void navigate({ search: {} })} />}
        />
      )}
      {open && <QuarantinedDrawer id={open} onClose={() => set({ open: undefined })} onMoved={(id) => set({ open: id })} />}
      {redriving && reasons && <RedriveAll reasons={reasons.items} first={reason} source={filter.source} onClose={() => setRedriving(false)} />}
    </Page>
  )
}
