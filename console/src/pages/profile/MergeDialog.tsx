import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { profilesQuery, type Profile } from '@/api/people'
import { rowsOf } from '@/api/queries'
import type { ProfileSummary } from '@/api/types'
import { Avatar } from '@/ui/Avatar'
import { Id } from '@/ui/Id'
import { Num } from '@/ui/Num'
import { personName } from '@/ui/personName'
import { SearchField } from '@/ui/SearchField'
import { Skeleton } from '@/ui/Skeleton'

import { DecisionDialog } from './DecisionDialog'
import css from './Profile.module.css'

const SHOWN = 5

/** This person and another one are the same. */
export function MergeDialog({ profile, onClose }: { profile: Profile; onClose: () => void }) {
  const { t } = useTranslation()
  const [q, setQ] = useState('')
  const [other, setOther] = useState<ProfileSummary>()
  return (
    <DecisionDialog
      title={t('profile.merge.title', { name: personName(t, profile) })}
      lead={t('profile.merge.lead')}
      confirm={t('profile.merge.confirm')}
      done={t('profile.merge.done')}
      ask={other ? { action: 'merge', a: profile.id, b: other.id } : null}
      onClose={onClose}
    >
      <SearchField label={t('profile.merge.search')} value={q} onChange={setQ} />
      {q.trim() && <Found q={q} self={profile.id} chosen={other?.id} onChoose={setOther} />}
    </DecisionDialog>
  )
}

interface FoundProps {
  q: string
  self: string
  chosen: string | undefined
  onChoose: (person: ProfileSummary) => void
}

function Found({ q, self, chosen, onChoose }: FoundProps) {
  const { t } = useTranslation()
  const list = useInfiniteQuery({ ...profilesQuery({ q }), placeholderData: keepPreviousData })
  const people = rowsOf(list.data)
    .filter((person) => person.id !== self)
    .slice(0, SHOWN)
  if (list.isPending) return <Skeleton lines={3} />
  if (people.length === 0) return <p role="status">{t('profiles.none')}</p>
  return (
    <fieldset className={css.found}>
      <legend className="hidden-visually">{t('profile.merge.choose')}</legend>
      {people.map((person) => (
        <label key={person.id} className={css.choice}>
          <input type="radio" name="other" checked={chosen === person.id} onChange={() => onChoose(person)} />
          <Avatar name={person.name} known={person.known} />
          <span className={css.choiceName}>
            <bdi>{personName(t, person)}</bdi>
            {person.identifiers[0] && <Id>{person.identifiers[0].value}</Id>}
          </span>
          <span className={css.choiceEvents}>
            <Num value={person.events} /> {t('profiles.events')}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
