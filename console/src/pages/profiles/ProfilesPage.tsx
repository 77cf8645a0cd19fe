import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Cable } from 'lucide-react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { SortDescriptor } from 'react-aria-components/Table'
import { useTranslation } from 'react-i18next'

import { profilesQuery, type ProfileFilter } from '@/api/people'
import { rowsOf } from '@/api/queries'
import { ButtonLink } from '@/ui/ButtonLink'
import { ColumnChooser, useChosenColumns } from '@/ui/ColumnChooser'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'
import { Table, type Chosen } from '@/ui/Table'

import { ChosenPeople, ExportAll } from './Export'
import { NoProfiles } from './NoProfiles'
import { ProfileFilters } from './ProfileFilters'
import { useColumns } from './useColumns'

const route = getRouteApi('/shell/profiles')
const HIDDEN_AT_FIRST = ['first_seen']
const NOBODY: Chosen = new Set()

/** Everybody there is, who was last active first; found by the beginning of an identifier or of a trait. */
export function ProfilesPage() {
  const { t } = useTranslation()
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const list = useInfiniteQuery(profilesQuery(filter))
  const rows = useMemo(() => rowsOf(list.data), [list.data])
  const columns = useColumns()
  const { shown, hidden, hide } = useChosenColumns('profiles', columns, HIDDEN_AT_FIRST)
  const [chosen, choose] = useChosen(filter)
  const sort = sortOf(filter.sort)
  const set = useCallback(
    (change: Partial<typeof filter>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  )
  const total = list.data?.pages[0]
  const any = chosen === 'all' || chosen.size > 0
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
      filters={
        <ProfileFilters filter={filter} onChange={set} total={total}>
          {total !== undefined && total.count > 0 && <ExportAll filter={filter} />}
          <ColumnChooser columns={columns} hidden={hidden} onHide={hide} />
        </ProfileFilters>
      }
    >
      {any && <ChosenPeople chosen={chosen} filter={filter} total={total} onClear={() => choose(NOBODY)} />}
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={420} />}
      {list.data && (
        <Table
          label={t('profiles.title')}
          columns={shown}
          rows={rows}
          rowId={(person) => person.id}
          rowText={(person) => person.name || person.id}
          onOpen={(person) => void navigate({ to: '/profiles/$ref/{-$tab}', params: { ref: person.id } })}
          chosen={chosen}
          onChoose={choose}
          chooseAll={t('profiles.chooseAll')}
          sort={sort}
          onSort={(next) => set({ sort: nextSort(sort, next) })}
          onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          loadingMore={list.isFetchingNextPage}
          rowHeight={44}
          empty={<NoProfiles filter={filter} onClear={() => void navigate({ search: {} })} />}
        />
      )}
    </Page>
  )
}

/** Other people are asked for: the choice was of these. */
function useChosen({ q, known, brand, source }: ProfileFilter): [Chosen, (chosen: Chosen) => void] {
  const [chosen, choose] = useState(NOBODY)
  useEffect(() => choose(NOBODY), [q, known, brand, source])
  return [chosen, choose]
}

function sortOf(text = '-last_seen'): SortDescriptor {
  return { column: text.replace(/^-/, ''), direction: text.startsWith('-') ? 'descending' : 'ascending' }
}

/** The latest first, when a column is asked for that was not sorted by. */
function nextSort(before: SortDescriptor, next: SortDescriptor): string | undefined {
  const down = next.column !== before.column || next.direction === 'descending'
  const text = `${down ? '-' : ''}${next.column}`
  return text === '-last_seen' ? undefined : text
}
