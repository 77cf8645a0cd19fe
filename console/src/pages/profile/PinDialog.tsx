import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api, queryString } from '@/api/client'
import { profilePath } from '@/api/people'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'

import { fromText, toText } from './typed'

interface Props {
  address: string
  trait: string
  onClose: () => void
}

/** Decides a value by hand; it wins over every source until it is unpinned. */
export function PinDialog({ address, trait, value, onClose }: Props & { value: unknown }) {
  const { t } = useTranslation()
  const [text, setText] = useState(toText(value))
  const [reason, setReason] = useState('')
  const done = useDone(address, t('profile.pin.done', { trait }), onClose)
  const pin = useMutation({
    mutationFn: () => api.post(`${profilePath(address)}/pins/${encodeURIComponent(trait)}`, { value: fromText(text, value), reason }),
    onSuccess: done,
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('profile.pin.title', { trait })}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="primary" isPending={pin.isPending} isDisabled={!reason.trim() || !text} onPress={() => pin.mutate()}>
            {t('profile.pin.pin')}
          </Button>
        </>
      }
    >
      {pin.error && <ErrorState error={pin.error} />}
      <p>{t('profile.pin.body')}</p>
      <TextField label={t('profile.column.value')} value={text} onChange={setText} autoFocus />
      <TextField label={t('profile.reason')} value={reason} onChange={setReason} isRequired hint={t('profile.reasonHint')} />
    </Dialog>
  )
}

/** Lets the sources decide again. */
export function UnpinDialog({ address, trait, onClose }: Props) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  const done = useDone(address, t('profile.pin.undone', { trait }), onClose)
  const unpin = useMutation({
    mutationFn: () => api.delete(`${profilePath(address)}/pins/${encodeURIComponent(trait)}${queryString({ reason })}`),
    onSuccess: done,
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('profile.pin.unpinTrait', { trait })}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="primary" isPending={unpin.isPending} onPress={() => unpin.mutate()}>
            {t('profile.pin.unpin')}
          </Button>
        </>
      }
    >
      {unpin.error && <ErrorState error={unpin.error} />}
      <p>{t('profile.pin.unpinBody')}</p>
      <TextField label={t('profile.reason')} value={reason} onChange={setReason} autoFocus hint={t('profile.reasonHint')} />
    </Dialog>
  )
}

function useDone(address: string, words: string, onClose: () => void): () => Promise<void> {
  const queries = useQueryClient()
  const toast = useToast()
  return async () => {
    await queries.invalidateQueries({ queryKey: ['profile', address] })
    toast(words)
    onClose()
  }
}
