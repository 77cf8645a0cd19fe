import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Segment } from '@/api/audiences'
import { api } from '@/api/client'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { useToast } from '@/ui/Toast'
import { useFormat } from '@/ui/useFormat'

/** Everybody leaves it: said before it is done. */
export function EndSegment({ segment, onClose }: { segment: Segment; onClose: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const navigate = useNavigate()
  const toast = useToast()
  const client = useQueryClient()
  const end = useMutation({
    mutationFn: () => api.delete(`/segments/${segment.key}`),
    onSuccess: async () => {
      toast(t('segments.end.done', { name: segment.name }))
      await navigate({ to: '/segments' })
      await client.invalidateQueries({ queryKey: ['segments'] })
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('segments.end.title')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="danger" isPending={end.isPending} onPress={() => end.mutate()}>
            {t('segments.end.title')}
          </Button>
        </>
      }
    >
      <p>{t('segments.end.lead', { name: segment.name, count: segment.count, formatted: format.number(segment.count) })}</p>
      {end.error && <ErrorState error={end.error} />}
    </Dialog>
  )
}
