import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Cable } from 'lucide-react'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { profilesQuery } from '@/api/people'
import { rowsOf } from '@/api/queries'
import { ButtonLink } from '@/ui/ButtonLink'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'
import { Table } from '@/ui/Table'

import { NoProfiles } from './NoProfiles'
import { ProfileFilters } from './ProfileFilters'
import { useColumns } from './useColumns'

const route = getRouteApi('/shell/profiles')

/** Everybody there is: found by the beginning of an identifier or of a trait. */
export function ProfilesPage() {
  const { t } = useTranslation()
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const list = useInfiniteQuery(profilesQuery(filter))
  const rows = useMemo(() => rowsOf(list.data), [list.data])
  const columns = useColumns()
  const set = useCallback(
    (change: Partial<typeof filter>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  )
  return (
    <Page
      title={t('profiles.title')}
      lead={t('profiles.lead')}
      height="fill"
      actions={
        <ButtonLink to="/sources" variant="primary" icon={Cable}>
          {t('profiles.connect')}
        </ButtonLink>
      }
      filters={<ProfileFilters filter={filter} onChange={set} shown={rows.length} more={list.hasNextPage} />}
    >
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={420} />}
      {list.data && (
        <Table
          label={t('profiles.title')}
          columns={columns}
          rows={rows}
          rowId={(person) => person.id}
          rowText={(person) => person.name || person.id}
          onOpen={(person) => void navigate({ to: '/profiles/$ref/{-$tab}', params: { ref: person.id } })}
          onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          loadingMore={list.isFetchingNextPage}
          rowHeight={44}
          empty={<NoProfiles filter={filter} onClear={() => void navigate({ search: {} })} />}
        />
      )}
    </Page>
  )
}
