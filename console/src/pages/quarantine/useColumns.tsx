import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { Quarantined } from '@/api/quarantine'
import { DateTime } from '@/ui/DateTime'
import type { TableColumn } from '@/ui/Table'

import { SourceName } from '../sources/SourceName'
import { nameOf } from './bodies'
import css from './Quarantine.module.css'
import { reasonWords } from './reasonWords'

export function useColumns(): TableColumn<Quarantined>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      { id: 'event', label: t('live.event'), width: 1.2, minWidth: 100, render: (one) => <bdi className={css.name}>{nameOf(t, one)}</bdi> },
      { id: 'reason', label: t('quarantine.why'), width: 2.4, minWidth: 120, render: (one) => <Reason item={one} /> },
      { id: 'source', label: t('live.source'), width: 1.1, render: (one) => <SourceName slug={one.source} />, from: 700 },
      { id: 'at', label: t('live.facts.received'), width: 108, minWidth: 96, align: 'end', render: (one) => <DateTime at={one.received_at} /> },
    ],
    [t],
  )
}

/** In the reader's words; what the server says about this one event stands below. */
function Reason({ item }: { item: Quarantined }) {
  const { t } = useTranslation()
  return (
    <span className={css.why}>
      <span>{reasonWords(t, item).title}</span>
      {item.detail && (
        <bdi lang="en" className={css.detail} title={item.detail}>
          {item.detail}
        </bdi>
      )}
    </span>
  )
}
