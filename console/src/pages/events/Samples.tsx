import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { EventDetail } from '@/api/catalogue'
import type { LiveEvent } from '@/api/types'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { JsonView } from '@/ui/JsonView'

import css from './Events.module.css'

/** The latest events of this kind, each with the person it belongs to. */
export function Samples({ detail }: { detail: EventDetail }) {
  const { t } = useTranslation()
  if (detail.samples.length === 0) return <EmptyState title={t('events.noSamples')} />
  return (
    <ul className={css.samples}>
      {detail.samples.map((event) => (
        <li key={event.message_id}>
          <p className={css.sampleHead}>
            <DateTime at={event.timestamp} as="full" />
            <Person event={event} />
            <Link to="/live" search={{ open: event.message_id ?? undefined }}>
              {t('live.trace')}
            </Link>
          </p>
          <JsonView value={said(event)} label={t('events.sampleOf', { id: event.message_id ?? '' })} />
        </li>
      ))}
    </ul>
  )
}

function Person({ event }: { event: LiveEvent }) {
  const { t } = useTranslation()
  const ref = event.user_id ? `user_id:${event.user_id}` : event.anonymous_id ? `anonymous_id:${event.anonymous_id}` : null
  if (!ref) return null
  return (
    <Link to="/profiles/$ref/{-$tab}" params={{ ref }}>
      {event.user_id ?? t('profiles.nobody')}
    </Link>
  )
}

/** What it says; the columns of the warehouse that are empty say nothing. */
function said({ properties, traits, context, source }: LiveEvent): unknown {
  const parts = { properties, traits, context }
  const filled = Object.entries(parts).filter(([, part]) => part && Object.keys(part).length > 0)
  return { source, ...Object.fromEntries(filled) }
}
