import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { Ellipsis, Pencil, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { segmentQuery, type Segment } from '@/api/audiences'
import { useVoice } from '@/conditions/useVoice'
import { sentence } from '@/conditions/words'
import { ButtonLink } from '@/ui/ButtonLink'
import { ErrorState } from '@/ui/ErrorState'
import { Menu } from '@/ui/Menu'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'
import { Tabs } from '@/ui/Tabs'
import { useFormat } from '@/ui/useFormat'

import { ChangesTab } from './ChangesTab'
import { EditTab } from './EditTab'
import { EndSegment } from './EndSegment'
import { MembersTab } from './MembersTab'
import { Numbers } from './Numbers'
import css from './Segments.module.css'
import { StatusTag } from './StatusTag'
import { VersionsTab } from './VersionsTab'
import { WhyTab } from './WhyTab'

const route = getRouteApi('/shell/segments/$key/{-$tab}')

/** One segment: how many, who, who came and went, and why. */
export function SegmentPage() {
  const { t } = useTranslation()
  const { key } = route.useParams()
  const { data, error, refetch } = useQuery(segmentQuery(key))
  if (data) return <Loaded key={key} segment={data} />
  return (
    <Page
      title={t('segments.one')}
      lead={t('segments.lead')}
      actions={error ? <ButtonLink to="/segments">{t('segments.all')}</ButtonLink> : undefined}
    >
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton height={420} />}
    </Page>
  )
}

function Loaded({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const format = useFormat()
  const voice = useVoice()
  const { tab = 'members' } = route.useParams()
  const navigate = route.useNavigate()
  const [ending, setEnding] = useState(false)
  const show = (next: string) => void navigate({ params: { key: segment.key, tab: next === 'members' ? undefined : next }, search: {} })
  const items = [
    { id: 'members', label: t('segments.tab.members'), count: format.compact(segment.count), content: <MembersTab segment={segment} /> },
    { id: 'changes', label: t('segments.tab.changes'), content: <ChangesTab segment={segment} /> },
    { id: 'versions', label: t('segments.tab.versions'), content: <VersionsTab segment={segment} /> },
    { id: 'why', label: t('segments.tab.why'), content: <WhyTab segment={segment} /> },
    { id: 'edit', label: t('segments.tab.edit'), content: <EditTab segment={segment} /> },
  ]
  return (
    <Page
      title={segment.name}
      lead={
        <span className={css.lead}>
          <span>{segment.description}</span>
          <span>
            {t(segment.of === 'accounts' ? 'conditions.accounts' : 'conditions.people')} {sentence(voice, segment.when)}
          </span>
        </span>
      }
      actions={
        <>
          <StatusTag status={segment.status} progress={segment.progress} />
          {tab !== 'edit' && (
            <ButtonLink needs="write" to="/segments/$key/{-$tab}" params={{ key: segment.key, tab: 'edit' }} variant="primary" icon={Pencil}>
              {t('segments.edit')}
            </ButtonLink>
          )}
          <Menu
            label={t('segments.more')}
            icon={Ellipsis}
            groups={[{ entries: [{ id: 'end', label: t('segments.end.title'), icon: Trash2, danger: true, needs: 'admin', onAction: () => setEnding(true) }] }]}
          />
        </>
      }
    >
      {tab !== 'edit' && <Numbers segment={segment} />}
      <Tabs label={t('segments.tabs')} items={items} selected={items.some(({ id }) => id === tab) ? tab : 'members'} onSelect={show} />
      {ending && <EndSegment segment={segment} onClose={() => setEnding(false)} />}
    </Page>
  )
}
