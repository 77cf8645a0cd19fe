import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { segmentVersionsQuery, type Segment } from '@/api/audiences'
import { useVoice } from '@/conditions/useVoice'
import { sentence } from '@/conditions/words'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'

import { VersionList } from './VersionList'

/** Every version of the segment, the latest first: who wrote it, when, why, and what it changed. */
export function VersionsTab({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const voice = useVoice()
  const { data, error, refetch } = useQuery(segmentVersionsQuery(segment.key, segment.version))
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={240} />
  return (
    <VersionList
      label={t('segments.tab.versions')}
      versions={data.items}
      whole={({ definition }) => sentence(voice, definition.when)}
    />
  )
}
