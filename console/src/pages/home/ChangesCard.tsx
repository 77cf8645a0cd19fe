import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CalendarPlus, GitMerge, ScanFace, ShieldAlert, Split, UserPlus, VolumeX, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { changesQuery } from '@/api/queries'
import type { Changes } from '@/api/types'
import { Card } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat, type Format } from '@/ui/useFormat'

import { eventName } from '../live/eventName'
import css from './Home.module.css'

const NAMED = 4

interface Line {
  id: string
  icon: LucideIcon
  text: ReactNode
  bad?: boolean
}

/** What is different from a day ago; only what did change. */
export function ChangesCard() {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(changesQuery)
  return (
    <Card title={t('home.changes.title')} note={t('home.changes.note')} flush>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton height={140} />}
      {data && <Lines changes={data} />}
    </Card>
  )
}

function Lines({ changes }: { changes: Changes }) {
  const { t } = useTranslation()
  const format = useFormat()
  const people = usePeople(changes, format)
  const data = useData(changes, format)
  const lines = [...data.filter(({ bad }) => bad), ...people, ...data.filter(({ bad }) => !bad)]
  if (lines.length === 0) return <EmptyState title={t('home.changes.none')} />
  return (
    <ul className={css.changes}>
      {lines.map(({ id, icon: Icon, text, bad }) => (
        <li key={id} data-bad={bad || undefined}>
          <Icon size={15} aria-hidden />
          <span>{text}</span>
        </li>
      ))}
    </ul>
  )
}

function usePeople(changes: Changes, format: Format): Line[] {
  const { t } = useTranslation()
  const count = (value: number) => ({ count: value, formatted: format.number(value) })
  const lines: (Line & { value: number })[] = [
    {
      id: 'new',
      icon: UserPlus,
      value: changes.new_people,
      text: (
        <Link to="/profiles" search={{ sort: '-first_seen' }}>
          {t('home.changes.people', count(changes.new_people))}
        </Link>
      ),
    },
    { id: 'recognised', icon: ScanFace, value: changes.recognised, text: <Link to="/profiles" search={{ known: 'true' }}>{t('home.changes.recognised', count(changes.recognised))}</Link> },
    { id: 'merged', icon: GitMerge, value: changes.merged_by_hand, text: t('home.changes.merged', count(changes.merged_by_hand)) },
    { id: 'split', icon: Split, value: changes.separated_by_hand, text: t('home.changes.separated', count(changes.separated_by_hand)) },
  ]
  return lines.filter(({ value }) => value > 0)
}

function useData(changes: Changes, format: Format): Line[] {
  const { t } = useTranslation()
  const lines: Line[] = changes.silent_sources.map(({ slug, name, last_event_at }) => ({
    id: `silent:${slug}`,
    icon: VolumeX,
    bad: true,
    text: (
      <>
        <Link to="/sources" search={{ open: slug }}>
          {t('home.changes.silent', { name })}
        </Link>{' '}
        <DateTime at={last_event_at} />
      </>
    ),
  }))
  if (changes.quarantined > 0) {
    const count = { count: changes.quarantined, formatted: format.number(changes.quarantined) }
    lines.push({ id: 'quarantined', icon: ShieldAlert, bad: true, text: <Link to="/quarantine">{t('home.changes.quarantined', count)}</Link> })
  }
  const kinds = changes.new_events
  if (kinds.length > 0) lines.push({ id: 'events', icon: CalendarPlus, text: <NewEvents kinds={kinds} format={format} /> })
  return lines
}

function NewEvents({ kinds, format }: { kinds: Changes['new_events']; format: Format }) {
  const { t } = useTranslation()
  const more = kinds.length - NAMED
  return (
    <>
      {t('home.changes.events', { count: kinds.length, formatted: format.number(kinds.length) })}{' '}
      {kinds.slice(0, NAMED).map(({ type, event }, index) => (
        <span key={`${type}:${event}`}>
          {index > 0 && ' · '}
          <Link to="/events" search={{ open: `${type}:${event}` }}>
            <bdi>{eventName(t, { type, event })}</bdi>
          </Link>
        </span>
      ))}
      {more > 0 && (
        <>
          {' · '}
          <Link to="/events">{t('home.changes.more', { count: more, formatted: format.number(more) })}</Link>
        </>
      )}
    </>
  )
}
