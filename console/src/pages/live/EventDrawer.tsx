import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useState } from 'react'

import type { LiveEvent } from '@/api/types'
import { Facts } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { Drawer } from '@/ui/Drawer'
import { EventStatus } from '@/ui/EventStatus'
import { Id } from '@/ui/Id'
import { JsonView } from '@/ui/JsonView'
import { Tabs } from '@/ui/Tabs'

import { reasonWords } from '../quarantine/reasonWords'
import { eventName } from './eventName'
import { TraceView } from './TraceView'

interface Props {
  messageId: string
  /** Absent when it has left the list, or came from a link. */
  event: LiveEvent | undefined
  onClose: () => void
}

/** One event: what it says, as it was sent, and each stage that it went through. */
export function EventDrawer({ messageId, event, onClose }: Props) {
  const { t } = useTranslation()
  const [tab, setTab] = useState(event ? 'properties' : 'trace')
  const trace = { id: 'trace', label: t('live.trace'), content: <TraceView messageId={messageId} /> }
  return (
    <Drawer open onClose={onClose} title={event ? eventName(t, event) : messageId}>
      {event ? (
        <>
          <EventFacts event={event} />
          <Tabs
            label={t('live.tabs')}
            selected={tab}
            onSelect={setTab}
            items={[
              { id: 'properties', label: t('live.properties'), content: <JsonView value={said(event)} label={t('live.properties')} /> },
              { id: 'raw', label: t('live.raw'), content: <JsonView value={event} label={t('live.raw')} /> },
              trace,
            ]}
          />
        </>
      ) : (
        <>
          <p>{t('live.gone')}</p>
          {trace.content}
        </>
      )}
    </Drawer>
  )
}

function said(event: LiveEvent): unknown {
  return event.type === 'identify' || event.type === 'group' ? event.traits : event.properties
}

/** Leads to all that were refused for it, where they can be corrected. */
function Reason({ reason }: { reason: string }) {
  const { t } = useTranslation()
  return (
    <Link to="/quarantine" search={{ reason }}>
      {reasonWords(t, { reason, meaning: '' }).title}
    </Link>
  )
}

function EventFacts({ event }: { event: LiveEvent }) {
  const { t } = useTranslation()
  const person = event.user_id ?? event.anonymous_id
  return (
    <Facts
      items={[
        [t('live.facts.status'), <EventStatus key="status" status={event.status} />],
        ...(event.reason ? [[t('live.facts.reason'), <Reason key="reason" reason={event.reason} />] as const] : []),
        [t('live.facts.person'), person ? <Id key="person">{person}</Id> : '–'],
        [t('live.facts.source'), [event.source, event.brand].filter(Boolean).join(' · ')],
        [t('live.facts.happened'), <DateTime key="happened" at={event.timestamp} as="full" />],
        [t('live.facts.received'), <DateTime key="received" at={event.received_at} as="full" />],
        [t('live.facts.messageId'), event.message_id ? <Id key="id">{event.message_id}</Id> : '–'],
      ]}
    />
  )
}
