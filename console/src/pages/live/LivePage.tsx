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

import { EVENT_TYPES } from '@/ui/EventType'
import { EventDrawer } from './EventDrawer'
import css from './Live.module.css'
import { LiveTable } from './LiveTable'
import { RateMeter } from './RateMeter'
import { useLive } from './useLive'

const route = getRouteApi('/shell/live')

export function LivePage() {
  const { t } = useTranslation()
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const [held, setHeld] = useState(false)
  const [resting, setResting] = useState(false)
  const paused = held || resting || Boolean(filter.open)
  const { feed, connection } = useLive(filter, paused)
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
          <TypeFilter value={filter.type} onChange={(type) => set({ type })} />
          <RateMeter feed={feed} connection={connection} paused={paused} />
        </>
      }
    >
      <div className={css.feed} onPointerEnter={() => setResting(true)} onPointerLeave={() => setResting(false)}>
        <LiveTable
          rows={feed.rows}
          filtered={Boolean(filter.q || filter.source || filter.type)}
          onOpen={(event) => set({ open: event.message_id ?? event.key })}
        />
      </div>
      {filter.open && (
        <EventDrawer
          messageId={filter.open}
          event={feed.rows.find((row) => (row.message_id ?? row.key) === filter.open)}
          onClose={() => set({ open: undefined })}
        />
      )}
    </Page>
  )
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
