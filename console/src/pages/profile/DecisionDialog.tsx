import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { previewQuery, type Ask } from '@/api/people'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'

import { useDecide } from './decide'
import { PreviewView } from './PreviewView'

interface Props {
  title: string
  lead: string
  confirm: string
  done: string
  /** Null until enough is chosen; then its effect is shown before it can be decided. */
  ask: Ask | null
  onClose: () => void
  /** What one chooses: a person, two identifiers. */
  children?: ReactNode
}

/** No decision without a look at what it changes, and a reason. */
export function DecisionDialog({ title, lead, confirm, done, ask, onClose, children }: Props) {
  const { t } = useTranslation()
  const toast = useToast()
  const [reason, setReason] = useState('')
  const decide = useDecide(() => {
    toast(done)
    onClose()
  })
  const preview = useQuery({ ...previewQuery(ask ?? { action: 'undo', decision: '' }), enabled: ask !== null })
  const ready = ask !== null && preview.data !== undefined && reason.trim() !== ''
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button
            variant="primary"
            isDisabled={!ready}
            isPending={decide.isPending}
            onPress={() => ask && decide.mutate({ ask, reason })}
          >
            {confirm}
          </Button>
        </>
      }
    >
      <p>{lead}</p>
      {children}
      {ask && preview.isPending && <Skeleton height={120} />}
      {preview.error && <ErrorState error={preview.error} />}
      {ask && preview.data && <PreviewView preview={preview.data} />}
      {ask && preview.data && (
        <TextField label={t('profile.reason')} value={reason} onChange={setReason} isRequired hint={t('profile.reasonHint')} />
      )}
      {decide.error && <ErrorState error={decide.error} />}
    </Dialog>
  )
}
