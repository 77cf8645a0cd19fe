import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { accountsQuery, rowsOf } from '@/api/queries'
import { ButtonLink } from '@/ui/ButtonLink'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { SearchField } from '@/ui/SearchField'
import { Skeleton } from '@/ui/Skeleton'
import { Table } from '@/ui/Table'
import { useFormat } from '@/ui/useFormat'

import { FirstEvent } from '../sources/FirstEvent'
import { groupCall } from '../sources/snippets'
import css from './Accounts.module.css'
import { AccountDrawer } from './AccountDrawer'
import { accountName } from './accountName'
import { useAccountColumns } from './useAccountColumns'

const route = getRouteApi('/shell/accounts')

export function AccountsPage() {
  const { t } = useTranslation()
  const { q = '', open } = route.useSearch()
  const navigate = route.useNavigate()
  const list = useInfiniteQuery(accountsQuery(q))
  const rows = useMemo(() => rowsOf(list.data), [list.data])
  const search = useCallback((next: string) => void navigate({ search: { q: next || undefined }, replace: true }), [navigate])
  const columns = useAccountColumns()
  return (
    <Page
      title={t('accounts.title')}
      lead={t('accounts.lead')}
      height="fill"
      actions={<ButtonLink to="/sources">{t('home.sources.all')}</ButtonLink>}
      filters={
        <>
          <SearchField label={t('accounts.search')} value={q} onChange={search} main />
          {list.data && rows.length > 0 && <Count shown={rows.length} more={list.hasNextPage} />}
        </>
      }
    >
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={320} />}
      {list.data && (
        <Table
          label={t('accounts.title')}
          columns={columns}
          rows={rows}
          rowId={(account) => account.id}
          rowText={accountName}
          onOpen={(account) => void navigate({ search: (old) => ({ ...old, open: account.id }) })}
          onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          loadingMore={list.isFetchingNextPage}
          rowHeight={44}
          empty={<Nothing q={q} />}
        />
      )}
      {open && <AccountDrawer id={open} onClose={() => void navigate({ search: (old) => ({ ...old, open: undefined }) })} />}
    </Page>
  )
}

function Count({ shown, more }: { shown: number; more: boolean }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <span className={css.count} role="status">
      {t(more ? 'accounts.countMore' : 'accounts.count', { count: shown, formatted: format.number(shown) })}
    </span>
  )
}

function Nothing({ q }: { q: string }) {
  const { t } = useTranslation()
  if (q) return <EmptyState title={t('accounts.none', { q })} />
  return (
    <EmptyState title={t('accounts.empty')}>
      <p>{t('accounts.emptyHint')}</p>
      <FirstEvent line={groupCall} />
    </EmptyState>
  )
}
