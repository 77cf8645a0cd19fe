import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { ProfileSummary } from '@/api/types'
import { Avatar } from '@/ui/Avatar'
import { DateTime } from '@/ui/DateTime'

import css from './Value.module.css'

interface Props {
  label: string
  people: readonly ProfileSummary[]
  /** At the end of a line. */
  after?: (person: ProfileSummary, index: number) => ReactNode
}

export function People({ label, people, after }: Props) {
  const { t } = useTranslation()
  return (
    <ul className={css.people} aria-label={label}>
      {people.map((person, index) => (
        <li key={person.id} className={css.person}>
          <Avatar name={person.name || person.id} known={person.known} />
          <span className={css.personText}>
            <Link to="/profiles/$ref/{-$tab}" params={{ ref: person.id }}>
              <bdi>{person.known ? person.name || person.id : t('profiles.nobody')}</bdi>
            </Link>
            <span className={css.quiet}>
              {person.identifiers[0] && (
                <>
                  <bdi>{person.identifiers[0].value}</bdi> ·{' '}
                </>
              )}
              <DateTime at={person.last_seen} />
            </span>
          </span>
          {after?.(person, index)}
        </li>
      ))}
    </ul>
  )
}
