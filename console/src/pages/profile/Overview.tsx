import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Profile } from '@/api/people'
import { BarList } from '@/ui/BarList'
import { Card } from '@/ui/Card'
import { useFormat } from '@/ui/useFormat'

import css from './Profile.module.css'
import { RecentCard } from './RecentCard'
import { SegmentsCard } from './SegmentsCard'
import { IdentityCard } from './IdentityCard'
import { TraitsCard } from './TraitsCard'
import { countedName } from './names'

const SHOWN = 8

/** Traits, what happened lately, and what hangs on this person. */
export function Overview({ profile, address }: { profile: Profile; address: string }) {
  return (
    <div className={css.overview}>
      <TraitsCard profile={profile} address={address} />
      <RecentCard address={address} />
      <div className={css.side}>
        <SegmentsCard profile={profile} />
        <IdentityCard profile={profile} address={address} />
        <Accounts profile={profile} />
        <Activity profile={profile} />
      </div>
    </div>
  )
}

function Accounts({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  if (profile.accounts.length === 0) return null
  return (
    <Card title={t('accounts.title')}>
      <ul className={css.links}>
        {profile.accounts.map(({ id, traits }) => (
          <li key={id}>
            <Link to="/accounts" search={{ open: id }}>
              <bdi>{typeof traits.name === 'string' && traits.name ? traits.name : id}</bdi>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Activity({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const format = useFormat()
  const all = Object.entries(profile.counters.events).toSorted((one, other) => other[1].count - one[1].count)
  if (all.length === 0) return null
  const bars = all.slice(0, SHOWN).map(([name, { count }]) => ({ id: name, label: countedName(t, name), value: count }))
  return (
    <Card title={t('profile.activity')} note={t('profile.eventsInAll', { count: profile.counters.total, formatted: format.number(profile.counters.total) })}>
      <BarList label={t('profile.activity')} bars={bars} />
    </Card>
  )
}
