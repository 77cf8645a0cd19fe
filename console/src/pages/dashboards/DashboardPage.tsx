import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { History, Mail, Pencil, Plus, Trash2 } from 'lucide-react'
import { Fragment, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { everySavedQuery } from '@/api/northstar'
import { Button } from '@/ui/Button'
import { ButtonLink } from '@/ui/ButtonLink'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { IconButton } from '@/ui/IconButton'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

import { VersionsDrawer } from '../insights/VersionsDrawer'
import { AddCards } from './AddCards'
import { addressed, askable, filtersOf } from './board'
import { BoardFilters } from './BoardFilters'
import { Cards } from './Cards'
import css from './Dashboards.module.css'
import { DeleteDashboard } from './DeleteDashboard'
import { MailDialog } from './MailDialog'
import { useBoard } from './useBoard'

const route = getRouteApi('/shell/dashboards/$key')

/** Kept questions beside each other, over one time and the same people. */
export function DashboardPage() {
  const { t } = useTranslation()
  const { key } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const board = useBoard(key)
  const [dialog, setDialog] = useState<'add' | 'delete' | 'mail'>()
  // Who has changed it with keys goes on where she began.
  const [back, setBack] = useState(false)
  const set = (change: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const editing = search.edit === '1'
  const { shown } = board
  if (!shown) {
    return (
      <Page title={t('dashboards.title')} lead={t('dashboards.lead')}>
        {board.error ? <ErrorState error={board.error} onRetry={board.retry} /> : <Skeleton height={420} />}
      </Page>
    )
  }
  const filters = filtersOf(search, shown.filters)
  const finish = () => {
    setBack(true)
    set({ edit: undefined })
  }
  return (
    <Page
      title={shown.name}
      lead={shown.description || t('dashboards.lead')}
      actions={
        editing ? (
          <Fragment key="change">
            <IconButton needs="admin" icon={Trash2} variant="secondary" label={t('dashboards.delete')} onPress={() => setDialog('delete')} />
            <Button
              onPress={() => {
                board.drop()
                finish()
              }}
            >
              {t('ui.cancel')}
            </Button>
            <Button autoFocus icon={Plus} onPress={() => setDialog('add')}>
              {t('dashboards.add')}
            </Button>
            <Button needs="write" variant="primary" isPending={board.save.isPending} onPress={() => board.save.mutate({ ...shown, filters: askable(filters) }, { onSuccess: finish })}>
              {t('dashboards.save')}
            </Button>
          </Fragment>
        ) : (
          <Fragment key="look">
            <IconButton icon={History} variant="secondary" label={t('segments.tab.versions')} onPress={() => set({ list: 'versions' })} />
            <Button icon={Mail} onPress={() => setDialog('mail')}>
              {t('dashboards.mail.title')}
            </Button>
            <Button autoFocus={back} needs="write" icon={Pencil} onPress={() => set({ edit: '1' })}>
              {t('dashboards.edit')}
            </Button>
          </Fragment>
        )
      }
      filters={<BoardFilters cards={shown.cards} filters={filters} onChange={(next) => set(addressed({ ...filters, ...next }, shown.filters))} />}
    >
      {editing && <p className={css.hint}>{t('dashboards.editHint')}</p>}
      {board.save.error && <ErrorState error={board.save.error} />}
      {shown.cards.length === 0 ? (
        <NoCards
          onAdd={() => {
            set({ edit: '1' })
            setDialog('add')
          }}
        />
      ) : (
        <Cards cards={shown.cards} filters={filters} editing={editing} onChange={(cards) => board.change({ cards })} />
      )}
      {dialog === 'add' && (
        <AddCards
          onClose={() => setDialog(undefined)}
          onAdd={(cards) => {
            board.change({ cards: [...shown.cards, ...cards] })
            setDialog(undefined)
          }}
        />
      )}
      {search.list === 'versions' && board.saved && (
        <VersionsDrawer
          kept={{ sort: 'dashboards', key, version: board.saved.version }}
          name={board.saved.name}
          onClose={() => set({ list: undefined })}
          onRestored={() => set({ list: undefined })}
        />
      )}
      {dialog === 'mail' && <MailDialog board={key} onClose={() => setDialog(undefined)} />}
      {dialog === 'delete' && board.saved && <DeleteDashboard board={board.saved} onClose={() => setDialog(undefined)} onDeleted={() => void navigate({ to: '/dashboards' })} />}
    </Page>
  )
}

function NoCards({ onAdd }: { onAdd: () => void }) {
  const { t } = useTranslation()
  const saved = useQuery(everySavedQuery).data
  if (saved && saved.items.length === 0) {
    return (
      <EmptyState
        title={t('dashboards.empty')}
        action={
          <ButtonLink to="/insights" variant="primary">
            {t('dashboards.ask')}
          </ButtonLink>
        }
      >
        {t('dashboards.askHint')}
      </EmptyState>
    )
  }
  return (
    <EmptyState
      title={t('dashboards.empty')}
      action={
        <Button variant="primary" icon={Plus} onPress={onAdd}>
          {t('dashboards.add')}
        </Button>
      }
    >
      {t('dashboards.addHint')}
    </EmptyState>
  )
}
