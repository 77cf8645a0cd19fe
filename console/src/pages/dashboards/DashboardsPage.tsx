import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { dashboardsQuery, type Dashboard } from '@/api/insights'
import { Button } from '@/ui/Button'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Num } from '@/ui/Num'
import { Page } from '@/ui/Page'
import { SearchField } from '@/ui/SearchField'
import { Skeleton } from '@/ui/Skeleton'
import { Table, type TableColumn } from '@/ui/Table'

import { CreateDashboard } from './CreateDashboard'
import css from './Dashboards.module.css'

const route = getRouteApi('/shell/dashboards')

/** All dashboards. */
export function DashboardsPage() {
  const { t } = useTranslation()
  const { q = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useQuery(dashboardsQuery)
  const [creating, setCreating] = useState(false)
  const rows = data?.items.filter(({ name, key }) => `${name} ${key}`.toLocaleLowerCase().includes(q.toLocaleLowerCase())) ?? []
  const columns = useColumns()
  const open = (key: string) => void navigate({ to: '/dashboards/$key', params: { key } })
  return (
    <Page
      title={t('dashboards.title')}
      lead={t('dashboards.lead')}
      height="fill"
      actions={
        <Button needs="write" variant="primary" icon={Plus} onPress={() => setCreating(true)}>
          {t('dashboards.create')}
        </Button>
      }
      filters={
        data && data.items.length > 0 ? (
          <SearchField
            label={t('dashboards.search')}
            value={q}
            onChange={(next) => void navigate({ search: { q: next || undefined }, replace: true })}
            delay={80}
            main
          />
        ) : undefined
      }
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={320} />}
      {data && data.items.length === 0 && (
        <EmptyState
          title={t('dashboards.none')}
          action={
            <Button needs="write" variant="primary" icon={Plus} onPress={() => setCreating(true)}>
              {t('dashboards.create')}
            </Button>
          }
        >
          {t('dashboards.noneHint')}
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <Table
          label={t('dashboards.title')}
          columns={columns}
          rows={rows}
          rowId={({ key }) => key}
          rowText={({ name }) => name}
          onOpen={({ key }) => open(key)}
          rowHeight={44}
          empty={<EmptyState title={t('dashboards.nothing')} />}
        />
      )}
      {creating && <CreateDashboard onClose={() => setCreating(false)} onCreated={open} />}
    </Page>
  )
}

function useColumns(): TableColumn<Dashboard>[] {
  const { t } = useTranslation()
  return [
    { id: 'name', label: t('dashboards.name'), width: 3, minWidth: 160, render: ({ name }) => <bdi className={css.rowName}>{name}</bdi> },
    { id: 'cards', label: t('dashboards.cards'), width: 1, minWidth: 80, align: 'end', render: ({ cards }) => <Num value={cards.length} /> },
    { id: 'by', label: t('dashboards.by'), width: 2, minWidth: 140, from: 720, render: ({ saved_by }) => <bdi>{saved_by}</bdi> },
    { id: 'at', label: t('dashboards.at'), width: 1, minWidth: 120, from: 560, render: ({ saved_at }) => <DateTime at={saved_at} /> },
  ]
}
