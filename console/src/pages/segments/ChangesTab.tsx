import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { LogIn, LogOut } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { membershipChangesQuery, namedEventsQuery, namedPeopleQuery, type MembershipChange, type NamedEvent, type Segment } from '@/api/audiences'
import { rowsOf } from '@/api/queries'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { LoadMore } from '@/ui/LoadMore'
import { Skeleton } from '@/ui/Skeleton'
import { Tag } from '@/ui/Tag'

import css from './Segments.module.css'

/** Who entered and who left, the latest first, each with what gave the occasion. */
export function ChangesTab({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const list = useInfiniteQuery(membershipChangesQuery(segment.key))
  const changes = rowsOf(list.data)
  const people = useQuery(namedPeopleQuery([...new Set(changes.flatMap(({ profile }) => profile ?? []))])).data
  const events = useQuery(namedEventsQuery([...new Set(changes.flatMap(({ reason }) => reason.messages ?? []))])).data
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton height={320} />
  if (changes.length === 0) return <EmptyState title={t('segments.noChanges')} />
  return (
    <>
      <ol className={css.changes} aria-label={t('segments.tab.changes')}>
        {changes.map((change, index) => (
          <li key={`${change.profile ?? change.account}:${change.at}:${index}`} className={css.change}>
            <Tag tone={change.entered ? 'good' : 'neutral'} icon={change.entered ? LogIn : LogOut}>
              {t(change.entered ? 'segments.cameIn' : 'segments.wentOut')}
            </Tag>
            <Who change={change} name={people?.get(change.profile ?? '')} />
            <Occasion change={change} events={events ?? []} />
            <Link to="/segments/$key/{-$tab}" params={{ key: segment.key, tab: 'why' }} search={{ person: change.profile ?? change.account ?? '' }}>
              {t('segments.whyShort')}
            </Link>
            <span className={css.when}>
              <DateTime at={change.at} />
            </span>
          </li>
        ))}
      </ol>
      {list.hasNextPage && <LoadMore onMore={() => void list.fetchNextPage()} loading={list.isFetchingNextPage} />}
    </>
  )
}

function Who({ change: { profile, account }, name }: { change: MembershipChange; name?: string }) {
  const { t } = useTranslation()
  if (profile === null)
    return (
      <Link to="/accounts" search={{ open: account ?? undefined }} className={css.strong}>
        <bdi>{account}</bdi>
      </Link>
    )
  return (
    <Link to="/profiles/$ref/{-$tab}" params={{ ref: profile }} className={css.strong}>
      <bdi>{(name ?? profile) || t('profiles.nobody')}</bdi>
    </Link>
  )
}

/** "because of Order Completed": the events that gave the occasion, or the clock, or a new version. */
export function Occasion({ change, events }: { change: MembershipChange; events: readonly NamedEvent[] }) {
  const { t } = useTranslation()
  const { by, messages = [] } = change.reason
  const ref = change.profile ?? ''
  const named = events.filter(({ id }) => messages.includes(id))
  return (
    <span className={css.occasion}>
      {named.length === 0 && t(`segments.by.${by}`, { version: change.version })}
      {named.length > 0 && t('segments.byEvent')}
      {named.map(({ id, name }) => (
        <Link key={id} to="/profiles/$ref/{-$tab}" params={{ ref, tab: 'timeline' }} search={{ open: id }}>
          <bdi>{name}</bdi>
        </Link>
      ))}
    </span>
  )
}
