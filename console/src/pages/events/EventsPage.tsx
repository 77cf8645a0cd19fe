import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Radio } from 'lucide-react'
import { useCallback, useMemo } from 'react'
import type { SortDescriptor } from 'react-aria-components/Table'
import { useTranslation } from 'react-i18next'

import { catalogueQuery, type EventKind } from '@/api/catalogue'
import { Button } from '@/ui/Button'
import { ButtonLink } from '@/ui/ButtonLink'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'
import { Table } from '@/ui/Table'

import { FirstEvent } from '../sources/FirstEvent'
import { KindDrawer } from './KindDrawer'
import { EventFilters } from './EventFilters'
import { idOf, nameOf } from './kinds'
import { sortKinds } from './sortKinds'
import { useColumns } from './useColumns'

const route = getRouteApi('/shell/events')

/** Every kind of event that has arrived: how often, from where, with which properties. */
export function EventsPage() {
  const { t } = useTranslation()
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, isPending, refetch } = useQuery(catalogueQuery)
  const set = useCallback(
    (change: Partial<typeof filter>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: !('open' in change) }),
    [navigate],
  )
  const sort = sortOf(filter.sort)
  const columns = useColumns()
  const rows = useMemo(
    () => sortKinds((data?.items ?? []).filter((kind) => fits(kind, filter, nameOf(t, kind))), sort, (kind) => nameOf(t, kind)),
    [data, filter, sort.column, sort.direction, t],
  )
  const opened = data?.items.find((kind) => idOf(kind) === filter.open)
  return (
    <Page
      title={t('events.title')}
      lead={t('events.lead')}
      height="fill"
      actions={
        <ButtonLink to="/live" variant="primary" icon={Radio}>
          {t('events.watch')}
        </ButtonLink>
      }
      filters={<EventFilters filter={filter} onChange={set} kinds={data?.items ?? []} shown={rows.length} />}
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <Skeleton height={420} />}
      {data && (
        <Table
          label={t('events.title')}
          columns={columns}
          rows={rows}
          rowId={idOf}
          rowText={(kind) => nameOf(t, kind)}
          onOpen={(kind) => set({ open: idOf(kind) })}
          sort={sort}
          onSort={(next) => set({ sort: `${next.direction === 'descending' ? '-' : ''}${next.column}` })}
          rowHeight={44}
          empty={<Nothing filtered={data.items.length > 0} onClear={() => void navigate({ search: {} })} />}
        />
      )}
      {filter.open && data && (
        <KindDrawer
          id={filter.open}
          kind={opened}
          days={filter.days}
          onDays={(days) => set({ days })}
          onClose={() => set({ open: undefined, days: undefined })}
        />
      )}
    </Page>
  )
}

function fits(kind: EventKind, { q = '', type, source }: { q?: string; type?: string; source?: string }, name: string): boolean {
  const text = name.toLocaleLowerCase().includes(q.toLocaleLowerCase())
  return text && (!type || kind.type === type) && (!source || kind.sources.includes(source))
}

function sortOf(text = '-count'): SortDescriptor {
  return { column: text.replace(/^-/, ''), direction: text.startsWith('-') ? 'descending' : 'ascending' }
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const { t } = useTranslation()
  if (filtered) return <EmptyState title={t('events.none')} action={<Button onPress={onClear}>{t('profiles.clear')}</Button>} />
  return (
    <EmptyState title={t('events.empty')}>
      <p>{t('events.emptyHint')}</p>
      <FirstEvent />
    </EmptyState>
  )
}
