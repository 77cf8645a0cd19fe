import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { EventKind } from '@/api/catalogue'
import { DateTime } from '@/ui/DateTime'
import { EventType } from '@/ui/EventType'
import { Num } from '@/ui/Num'
import { Sparkline } from '@/ui/Sparkline'
import type { TableColumn } from '@/ui/Table'

import css from './Events.module.css'
import { nameOf, recent } from './kinds'

export function useColumns(): TableColumn<EventKind>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        id: 'name',
        label: t('events.name'),
        width: 1.6,
        minWidth: 100,
        sortable: true,
        render: (kind) => <bdi className={css.name}>{nameOf(t, kind)}</bdi>,
      },
      { id: 'type', label: t('live.type'), width: 118, render: (kind) => <EventType type={kind.type} />, from: 620 },
      { id: 'volume', label: t('events.volume'), width: 190, render: (kind) => <Volume kind={kind} />, from: 900 },
      { id: 'recent', label: t('events.recent'), width: 108, minWidth: 84, align: 'end', sortable: true, render: (kind) => <Num value={recent(kind)} compact />, from: 460 },
      { id: 'count', label: t('events.count'), width: 92, minWidth: 78, align: 'end', sortable: true, render: (kind) => <Num value={kind.count} compact /> },
      { id: 'sources', label: t('live.source'), width: 1.4, render: (kind) => kind.sources.join(', '), from: 1120 },
      { id: 'last', label: t('events.last'), width: 114, minWidth: 104, align: 'end', sortable: true, render: (kind) => <DateTime at={kind.last_seen} /> },
    ],
    [t],
  )
}

function Volume({ kind }: { kind: EventKind }) {
  const { t } = useTranslation()
  const days = kind.volume.map((day) => day.count)
  return (
    <span className={css.spark}>
      <Sparkline values={days} height={26} label={t('events.volumeOf', { name: nameOf(t, kind), counts: days.join(', ') })} />
    </span>
  )
}
