import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { timelineQuery, type Profile } from '@/api/people'
import { rowsOf, sourcesQuery } from '@/api/queries'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { EVENT_TYPES } from '@/ui/EventType'
import { LoadMore } from '@/ui/LoadMore'
import { Select } from '@/ui/Select'
import { Skeleton } from '@/ui/Skeleton'

import { EventDrawer } from '../live/EventDrawer'
import css from './Profile.module.css'
import { Timeline } from './Timeline'

const route = getRouteApi('/shell/profiles/$ref/{-$tab}')

/** Everything that happened, narrowed by kind, name and source. */
export function TimelineTab({ profile, address }: { profile: Profile; address: string }) {
  const { t } = useTranslation()
  const { open, type, event, source } = route.useSearch()
  const navigate = route.useNavigate()
  const set = (change: Record<string, string | undefined>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const list = useInfiniteQuery(timelineQuery(address, { type, event, source }))
  const rows = rowsOf(list.data)
  const narrowed = Boolean(type || event || source)
  return (
    <>
      <h2 className="hidden-visually">{t('profile.tab.timeline')}</h2>
      <Filters profile={profile} />
      <div className={css.panel}>
        {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending && (
          <div className={css.padded}>
            <Skeleton lines={12} />
          </div>
        )}
        {list.data && rows.length === 0 && (
          <EmptyState
            title={t(narrowed ? 'profile.timeline.none' : 'profile.timeline.empty')}
            action={narrowed && <Button onPress={() => set({ type: undefined, event: undefined, source: undefined })}>{t('profiles.clear')}</Button>}
          />
        )}
        <Timeline rows={rows} onOpen={(row) => set({ open: row.message_id ?? undefined })} />
      </div>
      {list.hasNextPage && <LoadMore onMore={() => void list.fetchNextPage()} loading={list.isFetchingNextPage} />}
      {open && (
        <EventDrawer messageId={open} event={rows.find((row) => row.message_id === open)} onClose={() => set({ open: undefined })} />
      )}
    </>
  )
}

function Filters({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const sources = useQuery(sourcesQuery).data?.items ?? []
  const names = Object.keys(profile.counters.events).filter((name) => !name.startsWith('('))
  const all = { value: '', label: t('ui.all') }
  const choices = [
    ['type', t('live.type'), EVENT_TYPES.map((type) => ({ value: type, label: t(`event.type.${type}`) }))],
    ['event', t('live.event'), names.map((name) => ({ value: name, label: name }))],
    ['source', t('live.source'), profile.sources.map((slug) => ({ value: slug, label: sources.find((one) => one.slug === slug)?.name ?? slug }))],
  ] as const
  return (
    <div className={css.filters}>
      {choices.map(([name, label, options]) => (
        <Select
          key={name}
          label={label}
          labelAt="inside"
          options={[all, ...options]}
          value={filter[name] ?? ''}
          onChange={(value) => void navigate({ search: (old) => ({ ...old, [name]: value || undefined }), replace: true })}
        />
      ))}
    </div>
  )
}
