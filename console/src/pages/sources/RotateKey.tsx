import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { sourcesQuery } from '@/api/queries'
import type { Source, WriteKey } from '@/api/types'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Select } from '@/ui/Select'
import { useToast } from '@/ui/Toast'

const OVERLAPS = [
  ['0', 'overlapNow'],
  ['3600', 'overlapHour'],
  ['86400', 'overlapDay'],
  ['604800', 'overlapWeek'],
] as const

export function RotateKey({ source, onClose }: { source: Source; onClose: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const [overlap, setOverlap] = useState('86400')
  const rotate = useMutation({
    mutationFn: () => api.post<WriteKey>(`/sources/${source.slug}/keys`, { overlap_seconds: Number(overlap) }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: sourcesQuery.queryKey })
      toast(t('sources.rotated'))
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('sources.rotate')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="primary" onPress={() => rotate.mutate()} isPending={rotate.isPending}>
            {t('sources.rotate')}
          </Button>
        </>
      }
    >
      {rotate.error && <ErrorState error={rotate.error} />}
      <p>{t('sources.rotateBody')}</p>
      <Select
        label={t('sources.overlap')}
        options={OVERLAPS.map(([value, name]) => ({ value, label: t(`sources.${name}`) }))}
        value={overlap}
        onChange={setOverlap}
      />
    </Dialog>
  )
}
