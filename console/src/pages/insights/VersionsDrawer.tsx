import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { keptVersionsQuery, type Kept, type KeptVersion } from '@/api/insights'
import { Button } from '@/ui/Button'
import { Drawer } from '@/ui/Drawer'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { useToast } from '@/ui/Toast'
import { useFormat } from '@/ui/useFormat'

import { VersionList } from '../segments/VersionList'

interface Props {
  kept: Kept
  name: string
  onClose: () => void
  onRestored: () => void
}

/** Every version of a kept question or dashboard. An earlier one that is wanted again becomes the latest: nothing is lost. */
export function VersionsDrawer({ kept, name, onClose, onRestored }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const toast = useToast()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery(keptVersionsQuery(kept))
  const restore = useMutation({
    mutationFn: ({ version, definition }: KeptVersion) =>
      api.post('/definitions', {
        [kept.sort === 'dashboards' ? 'dashboards' : 'insights']: [definition],
        reason: t('insights.versions.reason', { number: format.number(version) }),
      }),
    onSuccess: async (_answer, { version }) => {
      await queries.invalidateQueries({ queryKey: kept.sort === 'dashboards' ? ['dashboards'] : ['insights', 'saved'] })
      toast(t('insights.versions.restored', { number: format.number(version) }))
      onRestored()
    },
  })
  return (
    <Drawer open onClose={onClose} title={t('insights.versions.of', { name })}>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {restore.error && <ErrorState error={restore.error} />}
      {!data && !error && <Skeleton lines={6} />}
      {data && (
        <VersionList
          label={t('segments.tab.versions')}
          versions={data.items}
          whole={() => t('insights.versions.begun')}
          action={(one) =>
            one.status !== 'live' && (
              <Button
                needs="write"
                size="small"
                icon={History}
                isPending={restore.isPending && restore.variables.version === one.version}
                onPress={() => restore.mutate(one)}
              >
                {t('insights.versions.restore', { number: format.number(one.version) })}
              </Button>
            )
          }
        />
      )}
    </Drawer>
  )
}
