import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleHelp } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { namedEventsQuery, segmentsQuery, whyQuery } from '@/api/audiences'
import type { Profile } from '@/api/people'
import { Card } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { IconButton } from '@/ui/IconButton'
import { Skeleton } from '@/ui/Skeleton'

import { Occasion } from '../segments/ChangesTab'
import css from './Profile.module.css'

/** In which segments, and by a press since when and why. */
export function SegmentsCard({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const { data } = useQuery(segmentsQuery)
  const [open, setOpen] = useState<string>()
  if (!profile.segments) return null
  return (
    <Card title={t('segments.title')}>
      {profile.segments.length === 0 && <p className={css.nothing}>{t('segments.card.none')}</p>}
      <ul className={css.links}>
        {profile.segments.map((key) => {
          const name = data?.items.find((segment) => segment.key === key)?.name ?? key
          return (
            <li key={key}>
              <span className={css.segment}>
                <Link to="/segments/$key/{-$tab}" params={{ key }}>
                  <bdi>{name}</bdi>
                </Link>
                <IconButton
                  icon={CircleHelp}
                  size="small"
                  label={t('segments.card.why', { name })}
                  aria-expanded={open === key}
                  onPress={() => setOpen(open === key ? undefined : key)}
                />
              </span>
              {open === key && <Since segment={key} profile={profile.id} />}
            </li>
          )
        })}
      </ul>
    </Card>
  )
}

function Since({ segment, profile }: { segment: string; profile: string }) {
  const { t } = useTranslation()
  const { data } = useQuery(whyQuery(segment, profile))
  const entry = data?.changes.find((change) => change.entered)
  const events = useQuery(namedEventsQuery(entry?.reason.messages ?? [])).data ?? []
  if (!data) return <Skeleton lines={2} />
  return (
    <p className={css.because}>
      {data.since && (
        <span>
          {t('segments.card.since')} <DateTime at={data.since} />
        </span>
      )}
      {entry && <Occasion change={entry} events={events} />}
      <Link to="/segments/$key/{-$tab}" params={{ key: segment, tab: 'why' }} search={{ person: profile }}>
        {t('segments.card.full')}
      </Link>
    </p>
  )
}
