import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Overview } from '@/api/types'
import { BarList } from '@/ui/BarList'
import { Card } from '@/ui/Card'
import { EmptyState } from '@/ui/EmptyState'

export function TopEventsCard({ events }: { events: Overview['top_events'] }) {
  const { t } = useTranslation()
  return (
    <Card title={t('home.top.title')} note={t('home.top.note')} flush={events.length === 0}>
      {events.length === 0 ? (
        <EmptyState title={t('home.top.empty')} />
      ) : (
        <BarList label={t('home.top.title')} bars={events.map(({ event, count }) => ({ id: event, label: <EventLink event={event} />, value: count }))} />
      )}
    </Card>
  )
}

function EventLink({ event }: { event: string }) {
  return (
    <Link to="/events" search={{ open: `track:${event}` }}>
      <bdi>{event}</bdi>
    </Link>
  )
}
