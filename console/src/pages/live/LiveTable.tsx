import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { LiveEvent } from '@/api/types'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { EventStatus } from '@/ui/EventStatus'
import { EventType } from '@/ui/EventType'
import { Id } from '@/ui/Id'
import { Table, type TableColumn } from '@/ui/Table'

import { FirstEvent } from '../sources/FirstEvent'
import { SourceName } from '../sources/SourceName'
import css from './Live.module.css'
import { eventName } from './eventName'
import type { LiveRow } from './feed'
import { gist } from './gist'

interface Props {
  rows: readonly LiveRow[]
  filtered: boolean
  /** The server cannot be reached. */
  lost: boolean
  onOpen: (event: LiveRow) => void
}

export function LiveTable({ rows, filtered, lost, onOpen }: Props) {
  const { t } = useTranslation()
  const columns = useColumns()
  const empty = lost ? (
    <EmptyState title={t('live.lost')}>
      <p>{t('live.lostHint')}</p>
    </EmptyState>
  ) : filtered ? (
    <EmptyState title={t('live.noMatch')} />
  ) : (
    <EmptyState title={t('live.waiting')}>
      <p>{t('live.waitingHint')}</p>
      <FirstEvent />
    </EmptyState>
  )
  return (
    <Table
      label={t('live.feed')}
      columns={columns}
      rows={rows}
      rowId={(event) => event.key}
      rowText={(event) => event.event || event.type || event.key}
      onOpen={onOpen}
      empty={empty}
      rowHeight={36}
    />
  )
}

function useColumns(): TableColumn<LiveRow>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      { id: 'event', label: t('live.event'), width: 2, minWidth: 130, render: (event) => <Name event={event} /> },
      { id: 'type', label: t('live.type'), width: 118, render: (event) => event.type && <EventType type={event.type} />, from: 700 },
      { id: 'person', label: t('live.facts.person'), width: 1.5, minWidth: 96, render: (event) => <Person event={event} /> },
      { id: 'source', label: t('live.source'), width: 1, render: (event) => <SourceName slug={event.source} />, from: 1100 },
      { id: 'status', label: t('live.facts.status'), width: 130, render: (event) => <EventStatus status={event.status} />, from: 900 },
      { id: 'time', label: t('live.facts.received'), width: 112, minWidth: 96, render: (event) => <Received at={event.received_at} />, align: 'end' },
    ],
    [t],
  )
}

function Name({ event }: { event: LiveEvent }) {
  const { t } = useTranslation()
  const name = event.received_at ? eventName(t, event) : t('live.forgotten')
  return (
    <span className={css.name}>
      <strong>{name}</strong>
      <span className={css.gist}>{gist(t, event)}</span>
    </span>
  )
}

function Person({ event }: { event: LiveEvent }) {
  const { t } = useTranslation()
  if (event.user_id) return <Id>{event.user_id}</Id>
  return (
    <span className={css.anonymous}>
      <span>{t('live.anonymous')}</span>
      {event.anonymous_id && <Id>{event.anonymous_id}</Id>}
    </span>
  )
}

const DAY_MS = 86_400_000

/** The second, which tells events of a burst apart; for older ones how long ago. */
function Received({ at }: { at: string | null }) {
  const old = at !== null && Date.now() - new Date(at).getTime() > DAY_MS / 2
  return <DateTime at={at} as={old ? 'ago' : 'time'} />
}
