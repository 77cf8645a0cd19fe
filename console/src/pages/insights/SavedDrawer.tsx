import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { dashboardsQuery, savedInsightsQuery, type SavedInsight } from '@/api/insights'
import { Button } from '@/ui/Button'
import { DateTime } from '@/ui/DateTime'
import { Dialog } from '@/ui/Dialog'
import { Drawer } from '@/ui/Drawer'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { IconButton } from '@/ui/IconButton'
import { SearchField } from '@/ui/SearchField'
import { Skeleton } from '@/ui/Skeleton'
import { useToast } from '@/ui/Toast'
import { useFormat } from '@/ui/useFormat'

import css from './Insights.module.css'
import { KIND_ICONS } from './kinds'

interface Props {
  /** Key of the one that is open. */
  opened: string | undefined
  onClose: () => void
  onOpen: (key: string) => void
}

/** What somebody kept: to open, or to delete. */
export function SavedDrawer({ opened, onClose, onOpen }: Props) {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(savedInsightsQuery)
  const [q, setQ] = useState('')
  const [deleting, setDeleting] = useState<SavedInsight>()
  const found = data?.items.filter(({ name, key }) => `${name} ${key}`.toLocaleLowerCase().includes(q.toLocaleLowerCase()))
  return (
    <Drawer open onClose={onClose} title={t('insights.saved.title')}>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={6} />}
      {data && data.items.length > 0 && <SearchField label={t('insights.saved.search')} value={q} onChange={setQ} delay={80} />}
      {data && data.items.length === 0 && (
        <EmptyState title={t('insights.saved.none')} action={<Button onPress={onClose}>{t('insights.saved.ask')}</Button>}>
          {t('insights.saved.noneHint')}
        </EmptyState>
      )}
      {found && found.length > 0 && (
        <ul className={css.saved}>
          {found.map((saved) => (
            <SavedRow key={saved.key} saved={saved} isOpen={saved.key === opened} onOpen={() => onOpen(saved.key)} onDelete={() => setDeleting(saved)} />
          ))}
        </ul>
      )}
      {data && data.items.length > 0 && found?.length === 0 && <p>{t('insights.saved.nothing')}</p>}
      {deleting && (
        <DeleteInsight
          saved={deleting}
          onClose={() => setDeleting(undefined)}
        />
      )}
    </Drawer>
  )
}

function SavedRow({ saved, isOpen, onOpen, onDelete }: { saved: SavedInsight; isOpen: boolean; onOpen: () => void; onDelete: () => void }) {
  const { t } = useTranslation()
  const Icon = KIND_ICONS[saved.kind]
  return (
    <li className={css.savedRow} data-open={isOpen || undefined}>
      <Icon size={16} aria-hidden />
      <button type="button" className={css.savedName} onClick={onOpen} aria-current={isOpen || undefined}>
        <strong>
          <bdi>{saved.name}</bdi>
        </strong>
        <span className={css.quiet}>
          {t(`insights.kind.${saved.kind}`)} · {saved.saved_by} · <DateTime at={saved.saved_at} />
        </span>
      </button>
      <IconButton needs="admin" icon={Trash2} size="small" label={t('insights.saved.delete', { name: saved.name })} onPress={onDelete} />
    </li>
  )
}

function DeleteInsight({ saved, onClose }: { saved: SavedInsight; onClose: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const format = useFormat()
  const queries = useQueryClient()
  const boards = useQuery(dashboardsQuery).data?.items.filter(({ cards }) => cards.some(({ insight }) => insight === saved.key)) ?? []
  const remove = useMutation({
    mutationFn: () => api.delete(`/saved-insights/${encodeURIComponent(saved.key)}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: savedInsightsQuery.queryKey })
      toast(t('insights.saved.deleted', { name: saved.name }))
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('insights.saved.deleteTitle', { name: saved.name })}
      actions={
        <>
          <Button onPress={onClose} autoFocus>
            {t('ui.cancel')}
          </Button>
          <Button variant="danger" onPress={() => remove.mutate()} isPending={remove.isPending}>
            {t('insights.saved.deleteYes')}
          </Button>
        </>
      }
    >
      {remove.error && <ErrorState error={remove.error} />}
      <p>
        {boards.length
          ? t('insights.saved.deleteBoards', { names: format.list(boards.map(({ name }) => name)) })
          : t('insights.saved.deleteBody')}
      </p>
    </Dialog>
  )
}
