import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { ProfileSummary } from '@/api/types'
import { Avatar } from '@/ui/Avatar'
import { DateTime } from '@/ui/DateTime'
import { Id } from '@/ui/Id'
import { Num } from '@/ui/Num'
import type { TableColumn } from '@/ui/Table'

import css from './Profiles.module.css'

export function useColumns(): TableColumn<ProfileSummary>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      { id: 'name', label: t('profiles.person'), width: 1.5, minWidth: 150, render: (person) => <Person person={person} /> },
      { id: 'ids', label: t('profiles.identifiers'), width: 2, render: (person) => <Identifiers person={person} />, from: 760 },
      { id: 'brands', label: t('profiles.brand'), width: 1.2, render: (person) => person.brands.join(' · '), from: 1180 },
      { id: 'events', label: t('profiles.events'), width: 90, minWidth: 78, align: 'end', render: (person) => <Num value={person.events} />, from: 460 },
      { id: 'first_seen', label: t('profiles.firstSeen'), width: 122, minWidth: 112, align: 'end', sortable: true, render: (person) => <DateTime at={person.first_seen} />, from: 620 },
      { id: 'last_seen', label: t('profiles.lastSeen'), width: 122, minWidth: 112, align: 'end', sortable: true, render: (person) => <DateTime at={person.last_seen} /> },
    ],
    [t],
  )
}

function Person({ person }: { person: ProfileSummary }) {
  const { t } = useTranslation()
  return (
    <span className={css.person}>
      <Avatar name={person.name} known={person.known} />
      <span className={css.name}>
        {person.known ? <bdi>{person.name || person.id}</bdi> : <span className={css.quiet}>{t('profiles.nobody')}</span>}
      </span>
    </span>
  )
}

/** The strongest ones; a name that is itself an identifier is not said twice. */
function Identifiers({ person }: { person: ProfileSummary }) {
  const shown = person.identifiers.filter(({ value }) => value !== person.name || !person.known).slice(0, 2)
  return (
    <span className={css.ids}>
      {shown.map(({ type, value }) => (
        <Id key={`${type}:${value}`} title={`${type}: ${value}`}>
          {value}
        </Id>
      ))}
    </span>
  )
}
