import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { sourcesQuery } from '@/api/queries'
import type { Source } from '@/api/types'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { useToast } from '@/ui/Toast'

import { bodyOf, NEW_SOURCE, SourceFields } from './SourceFields'

interface Props {
  onClose: () => void
  onCreated: (source: Source) => void
}

export function CreateSource({ onClose, onCreated }: Props) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const [draft, setDraft] = useState(NEW_SOURCE)
  const create = useMutation({
    mutationFn: () => api.post<Source>('/sources', bodyOf(draft)),
    onSuccess: async (source) => {
      await queries.invalidateQueries({ queryKey: sourcesQuery.queryKey })
      toast(t('sources.created'))
      onCreated(source)
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('sources.create')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="primary" onPress={() => create.mutate()} isPending={create.isPending} isDisabled={!draft.name.trim()}>
            {t('sources.create')}
          </Button>
        </>
      }
    >
      {create.error && <ErrorState error={create.error} />}
      <SourceFields draft={draft} onChange={(change) => setDraft((now) => ({ ...now, ...change }))} />
    </Dialog>
  )
}
