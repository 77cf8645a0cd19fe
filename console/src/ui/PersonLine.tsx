import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { ProfileSummary } from '@/api/types'

import { Avatar } from './Avatar'
import { DateTime } from './DateTime'
import { personName } from './personName'
import css from './PersonLine.module.css'

interface Props {
  person: ProfileSummary
  /** At the end of the line. */
  after?: ReactNode
}

/** One person of a list: who it is, by what she is known, when she was last seen. */
export function PersonLine({ person, after }: Props) {
  const [identifier] = person.identifiers
  return (
    <li className={css.person}>
      <Avatar name={person.name} known={person.known} />
      <span className={css.text}>
        <PersonLink person={person} />
        <span className={css.quiet}>
          {identifier && (
            <>
              <bdi>{identifier.value}</bdi> ·{' '}
            </>
          )}
          <DateTime at={person.last_seen} />
        </span>
      </span>
      {after}
    </li>
  )
}

/** Her name, which leads to her profile. */
export function PersonLink({ person }: { person: ProfileSummary }) {
  const { t } = useTranslation()
  return (
    <Link to="/profiles/$ref/{-$tab}" params={{ ref: person.id }}>
      <bdi>{personName(t, person)}</bdi>
    </Link>
  )
}
