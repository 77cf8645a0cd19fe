import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { SquareTerminal } from 'lucide-react'
import { Fragment, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { eventQuery, type EventDetail, type EventKind } from '@/api/catalogue'
import { ButtonLink } from '@/ui/ButtonLink'
import { Facts } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { Drawer } from '@/ui/Drawer'
import { ErrorState } from '@/ui/ErrorState'
import { EventType } from '@/ui/EventType'
import { Num } from '@/ui/Num'
import { Skeleton } from '@/ui/Skeleton'
import { Tabs } from '@/ui/Tabs'
import { useFormat } from '@/ui/useFormat'

import { SourceName } from '../sources/SourceName'
import css from './Events.module.css'
import { fromId, nameOf, sqlOf } from './kinds'
import { Properties } from './Properties'
import { Samples } from './Samples'
import { VolumeChart } from './VolumeChart'

const MONTH = '30'

interface Props {
  id: string
  /** Its line of the catalogue. */
  kind: EventKind | undefined
  /** How far back the volume goes; a month when absent. */
  days: string | undefined
  onDays: (days: string) => void
  onClose: () => void
}

/** One kind of event: what it carries, how often, and the latest of them. */
export function KindDrawer({ id, kind, days = MONTH, onDays, onClose }: Props) {
  const { t } = useTranslation()
  const { type, event } = fromId(id)
  const detail = useQuery({ ...eventQuery(type, event, Number(days)), placeholderData: keepPreviousData })
  return (
    <Drawer
      open
      onClose={onClose}
      title={nameOf(t, { type, event })}
      actions={
        <ButtonLink to="/sql" search={{ query: sqlOf({ type, event }) }} icon={SquareTerminal} variant="primary">
          {t('events.sql')}
        </ButtonLink>
      }
    >
      {detail.error && <ErrorState error={detail.error} onRetry={() => void detail.refetch()} />}
      {detail.isPending && <Skeleton lines={9} />}
      {detail.data && (
        <Details
          detail={detail.data}
          kind={kind}
          chart={<VolumeChart volumes={detail.data.volumes} days={days} onDays={onDays} />}
        />
      )}
    </Drawer>
  )
}

interface DetailsProps {
  detail: EventDetail
  kind: EventKind | undefined
  chart: ReactNode
}

function Details({ detail, kind, chart }: DetailsProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const [tab, setTab] = useState('properties')
  return (
    <>
      <Facts
        items={[
          [t('live.type'), <EventType key="type" type={detail.type} />],
          [t('events.count'), <Num key="count" value={detail.count} />],
          [t('events.first'), <DateTime key="first" at={detail.first_seen} as="full" />],
          [t('events.last'), <DateTime key="last" at={detail.last_seen} as="full" />],
          [t('live.source'), <Sources key="sources" slugs={kind?.sources ?? []} />],
        ]}
      />
      {chart}
      <div className={css.tabs}>
        <Tabs
        label={t('events.tabs')}
        selected={tab}
        onSelect={setTab}
        items={[
          {
            id: 'properties',
            label: t('events.properties'),
            count: format.number(detail.properties.length),
            content: <Properties detail={detail} />,
          },
          { id: 'samples', label: t('events.samples'), count: format.number(detail.samples.length), content: <Samples detail={detail} /> },
        ]}
        />
      </div>
    </>
  )
}

function Sources({ slugs }: { slugs: readonly string[] }) {
  if (slugs.length === 0) return '–'
  return slugs.map((slug, index) => (
    <Fragment key={slug}>
      {index > 0 && ' · '}
      <SourceName slug={slug} />
    </Fragment>
  ))
}
