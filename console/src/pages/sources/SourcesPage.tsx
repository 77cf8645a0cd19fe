import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { overviewQuery, sourcesQuery } from '@/api/queries'
import type { Source, SourceHealth } from '@/api/types'
import { Button } from '@/ui/Button'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Id } from '@/ui/Id'
import { Num } from '@/ui/Num'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'
import { Table, type TableColumn } from '@/ui/Table'

import { CreateSource } from './CreateSource'
import { workingKey } from './FirstEvent'
import { kindLabel } from './kinds'
import { SourceDrawer } from './SourceDrawer'

const route = getRouteApi('/shell/sources')

type Row = Source & { health: SourceHealth | undefined }

export function SourcesPage() {
  const { t } = useTranslation()
  const { open } = route.useSearch()
  const navigate = route.useNavigate()
  const [creating, setCreating] = useState(false)
  const { data, error, refetch } = useQuery(sourcesQuery)
  const health = useQuery(overviewQuery()).data?.sources
  const rows = useMemo<Row[]>(
    () => (data?.items ?? []).map((source) => ({ ...source, health: health?.find(({ id }) => id === source.id) })),
    [data, health],
  )
  const show = (slug?: string) => void navigate({ search: { open: slug } })
  const chosen = rows.find((source) => source.slug === open)
  const create = (
    <Button needs="write" variant="primary" icon={Plus} onPress={() => setCreating(true)}>
      {t('sources.create')}
    </Button>
  )
  return (
    <Page title={t('sources.title')} lead={t('sources.lead')} height="fill" actions={create}>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton height={240} />}
      {data && <SourceTable rows={rows} onOpen={(source) => show(source.slug)} />}
      {chosen && <SourceDrawer source={chosen} onClose={() => show()} />}
      {creating && (
        <CreateSource
          onClose={() => setCreating(false)}
          onCreated={(source) => {
            setCreating(false)
            show(source.slug)
          }}
        />
      )}
    </Page>
  )
}

function SourceTable({ rows, onOpen }: { rows: readonly Row[]; onOpen: (source: Row) => void }) {
  const { t } = useTranslation()
  const columns = useMemo<TableColumn<Row>[]>(
    () => [
      { id: 'name', label: t('sources.name'), width: 1.4, minWidth: 140, render: (source) => <strong style={{ fontWeight: 500 }}>{source.name}</strong> },
      { id: 'kind', label: t('sources.kind'), width: 1, render: (source) => kindLabel(t, source.kind), from: 600 },
      { id: 'brand', label: t('sources.brand'), width: 1.2, render: (source) => source.brand || '–', from: 800 },
      { id: 'key', label: t('sources.key'), width: 1.4, render: (source) => <Id>{workingKey(source) ?? '–'}</Id>, from: 1000 },
      { id: 'last', label: t('home.sources.lastEvent'), width: 1, minWidth: 110, render: (source) => <DateTime at={source.health?.last_event_at} /> },
      { id: 'events', label: t('sources.events'), width: 110, align: 'end', render: (source) => <Num value={source.health?.events_24h} />, from: 500 },
    ],
    [t],
  )
  return (
    <Table
      label={t('sources.title')}
      columns={columns}
      rows={rows}
      rowId={(source) => source.slug}
      rowText={(source) => source.name}
      onOpen={onOpen}
      rowHeight={44}
      empty={
        <EmptyState title={t('sources.empty')}>
          <p>{t('sources.emptyHint')}</p>
        </EmptyState>
      }
    />
  )
}
