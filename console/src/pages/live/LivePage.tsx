import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Pause, Play } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { sourcesQuery } from '@/api/queries'
import { Button } from '@/ui/Button'
import { Page } from '@/ui/Page'
import { SearchField } from '@/ui/SearchField'
import { Select } from '@/ui/Select'
import { Skeleton } from '@/ui/Skeleton'

import { EVENT_TYPES } from '@/ui/EventType'
import { EventDrawer } from './EventDrawer'
import type { LiveRow } from './feed'
import css from './Live.module.css'
import { LiveTable } from './LiveTable'
import { RateMeter } from './RateMeter'
import { useLive } from './useLive'

const route = getRouteApi('/shell/live')
const STATUSES = ['stored', 'duplicate', 'quarantined'] as const

export function LivePage() {
  const { t } = useTranslation()
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const [held, setHeld] = useState(false)
  const [resting, setResting] = useState(false)
  const paused = held || resting || Boolean(filter.open)
  const { feed, connection, opened } = useLive(filter, paused)
  const [picked, pick] = useState<LiveRow>()
  const set = useCallback(
    (change: Partial<typeof filter>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: !change.open }),
    [navigate],
  )
  const search = useCallback((q: string) => set({ q: q || undefined }), [set])
  useSpace(() => setHeld((now) => !now))
  return (
    <Page
      title={t('live.title')}
      lead={t('live.lead')}
      height="fill"
      actions={
        <Button variant="primary" icon={held ? Play : Pause} onPress={() => setHeld(!held)}>
          {t(held ? 'live.resume' : 'live.pause')}
        </Button>
      }
      filters={
        <>
          <SearchField label={t('live.search')} value={filter.q ?? ''} onChange={search} main />
          <SourceFilter value={filter.source} onChange={(source) => set({ source })} />
          <StatusFilter value={filter.status} onChange={(status) => set({ status })} />
          <TypeFilter value={filter.type} onChange={(type) => set({ type })} />
          <RateMeter feed={feed} connection={connection} paused={paused} />
        </>
      }
    >
      <div className={css.feed} onPointerEnter={() => setResting(true)} onPointerLeave={() => setResting(false)}>
        {opened || connection === 'lost' || feed.rows.length > 0 ? (
          <LiveTable
            rows={feed.rows}
            filtered={Boolean(filter.q || filter.source || filter.type || filter.status)}
            lost={connection === 'lost'}
            onOpen={(event) => {
              pick(event)
              set({ open: nameOf(event) })
            }}
          />
        ) : (
          <Skeleton height={420} />
        )}
      </div>
      {filter.open && (
        <EventDrawer
          messageId={filter.open}
          event={picked && nameOf(picked) === filter.open ? picked : feed.rows.find((row) => nameOf(row) === filter.open)}
          onClose={() => set({ open: undefined })}
        />
      )}
    </Page>
  )
}

/** As it stands in the address. An event that came twice is two rows of one message id. */
function nameOf(row: LiveRow): string {
  return row.message_id ?? row.key
}

interface FilterProps {
  value: string | undefined
  onChange: (value: string | undefined) => void
}

function SourceFilter({ value = '', onChange }: FilterProps) {
  const { t } = useTranslation()
  const sources = useQuery(sourcesQuery).data?.items ?? []
  const options = [{ value: '', label: t('ui.all') }, ...sources.map(({ slug, name }) => ({ value: slug, label: name }))]
  return <Select label={t('live.source')} labelAt="inside" options={options} value={value} onChange={(next) => onChange(next || undefined)} />
}

function StatusFilter({ value = '', onChange }: FilterProps) {
  const { t } = useTranslation()
  const options = [{ value: '', label: t('ui.all') }, ...STATUSES.map((status) => ({ value: status, label: t(`event.status.${status}`) }))]
  return <Select label={t('live.facts.status')} labelAt="inside" options={options} value={value} onChange={(next) => onChange(next || undefined)} />
}

function TypeFilter({ value = '', onChange }: FilterProps) {
  const { t } = useTranslation()
  const options = [{ value: '', label: t('ui.all') }, ...EVENT_TYPES.map((type) => ({ value: type, label: t(`event.type.${type}`) }))]
  return <Select label={t('live.type')} labelAt="inside" options={options} value={value} onChange={(next) => onChange(next || undefined)} />
}

/** Space pauses, unless it presses or types something. */
function useSpace(toggle: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement
      if (event.key !== ' ' || event.repeat || target.closest('input, textarea, button, a, [role="dialog"], [role="listbox"]')) return
      event.preventDefault()
      event.stopPropagation()
      toggle()
    }
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  })
}
