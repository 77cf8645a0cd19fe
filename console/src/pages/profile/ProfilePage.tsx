import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { profileQuery, type Profile } from '@/api/people'
import { ButtonLink } from '@/ui/ButtonLink'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'
import { Tabs } from '@/ui/Tabs'
import { useFormat } from '@/ui/useFormat'

import { IdentityTab } from './IdentityTab'
import { Overview } from './Overview'
import { ProfileHeader } from './ProfileHeader'
import { TimelineTab } from './TimelineTab'
import { TraitsTab } from './TraitsTab'

const route = getRouteApi('/shell/profiles/$ref/{-$tab}')

/** One person: who, what is known and why, what happened. Any identifier ever issued opens it. */
export function ProfilePage() {
  const { t } = useTranslation()
  const { ref } = route.useParams()
  const { data, error, refetch } = useQuery(profileQuery(ref))
  if (data) return <Loaded profile={data} address={ref} />
  return (
    <Page
      title={t('profile.one')}
      lead={t('profile.lead')}
      actions={error ? <ButtonLink to="/profiles">{t('profile.all')}</ButtonLink> : undefined}
    >
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton height={480} />}
    </Page>
  )
}

function Loaded({ profile, address }: { profile: Profile; address: string }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { tab = 'overview' } = route.useParams()
  const navigate = route.useNavigate()
  const traits = Object.keys(profile.traits).length
  const items = [
    { id: 'overview', label: t('profile.tab.overview'), content: <Overview profile={profile} address={address} /> },
    {
      id: 'timeline',
      label: t('profile.tab.timeline'),
      count: format.compact(profile.counters.total),
      content: <TimelineTab profile={profile} address={address} />,
    },
    {
      id: 'identity',
      label: t('profile.tab.identity'),
      count: format.number(profile.identifiers.length),
      content: <IdentityTab profile={profile} address={address} />,
    },
    { id: 'traits', label: t('profile.tab.traits'), count: format.number(traits), content: <TraitsTab profile={profile} address={address} /> },
  ]
  return (
    <ProfileHeader profile={profile}>
      <Tabs
        label={t('profile.tabs')}
        items={items}
        selected={items.some(({ id }) => id === tab) ? tab : 'overview'}
        onSelect={(next) => void navigate({ params: { ref: address, tab: next === 'overview' ? undefined : next }, search: {} })}
      />
    </ProfileHeader>
  )
}
