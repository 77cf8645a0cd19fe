import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import type { Quarantined } from '@/api/quarantine'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'

interface Props {
  item: Quarantined
  onClose: () => void
  onDone: () => void
}

/** This event is not wanted; it stays on record. */
export function DiscardDialog({ item, onClose, onDone }: Props) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const discard = useMutation({
    mutationFn: () => api.post(`/quarantine/${item.id}/discard`, { reason }),
    onSuccess: async () => {
      toast(t('quarantine.discarded'))
      onClose()
      onDone()
      await queries.invalidateQueries({ queryKey: ['quarantine'] })
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('quarantine.discardTitle')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="danger" isDisabled={!reason.trim()} isPending={discard.isPending} onPress={() => discard.mutate()}>
            {t('quarantine.discardConfirm')}
          </Button>
        </>
      }
    >
      {discard.error && <ErrorState error={discard.error} />}
      <p>{t('quarantine.discardBody')}</p>
      <TextField label={t('profile.reason')} value={reason} onChange={setReason} isRequired autoFocus hint={t('profile.reasonHint')} />
    </Dialog>
  )
}
