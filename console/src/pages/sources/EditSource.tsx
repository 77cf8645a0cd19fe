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

import { bodyOf, draftOf, SourceFields } from './SourceFields'

/** What a source is called and belongs to; its keys and its short name stay. */
export function EditSource({ source, onClose }: { source: Source; onClose: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const before = draftOf(source)
  const [draft, setDraft] = useState(before)
  const same = JSON.stringify(draft) === JSON.stringify(before)
  const save = useMutation({
    mutationFn: () => api.patch<Source>(`/sources/${source.slug}`, bodyOf(draft)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: sourcesQuery.queryKey })
      toast(t('sources.saved'))
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('sources.editTitle', { name: source.name })}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="primary" onPress={() => save.mutate()} isPending={save.isPending} isDisabled={same || !draft.name.trim()}>
            {t('sources.save')}
          </Button>
        </>
      }
    >
      {save.error && <ErrorState error={save.error} />}
      <p>{t('sources.editBody')}</p>
      <SourceFields draft={draft} onChange={(change) => setDraft((now) => ({ ...now, ...change }))} />
    </Dialog>
  )
}
