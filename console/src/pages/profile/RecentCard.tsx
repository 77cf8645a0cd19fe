import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { timelineQuery } from '@/api/people'
import { rowsOf } from '@/api/queries'
import type { LiveEvent } from '@/api/types'
import { Card } from '@/ui/Card'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'

import { EventDrawer } from '../live/EventDrawer'
import { Timeline } from './Timeline'

const SHOWN = 20

/** The latest events; all of them are one tab away. */
export function RecentCard({ address }: { address: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<LiveEvent>()
  const list = useInfiniteQuery(timelineQuery(address, {}, SHOWN))
  const rows = rowsOf(list.data)
  return (
    <Card
      title={t('profile.tab.timeline')}
      actions={
        list.hasNextPage && (
          <Link to="/profiles/$ref/{-$tab}" params={{ ref: address, tab: 'timeline' }}>
            {t('profile.timeline.all')}
          </Link>
        )
      }
      flush
    >
      {list.error && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && (
        <div style={{ padding: 'var(--s-4)' }}>
          <Skeleton lines={10} />
        </div>
      )}
      {list.data && rows.length === 0 && <EmptyState title={t('profile.timeline.empty')} />}
      <Timeline rows={rows} onOpen={setOpen} />
      {open && <EventDrawer messageId={open.message_id ?? ''} event={open} onClose={() => setOpen(undefined)} />}
    </Card>
  )
}
