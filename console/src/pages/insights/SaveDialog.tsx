import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { savedInsightsQuery, type Question, type SavedInsight } from '@/api/insights'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'

import { keyOf } from './keys'
import { THEN } from './names'
import { askable, nameOf, picksOf } from './question'

interface Props {
  question: Question
  /** The kept one that is open. */
  saved: SavedInsight | undefined
  onClose: () => void
  onSaved: (key: string) => void
}

/** Keeps the question: as the next version of the open one, or as a new one. */
export function SaveDialog({ question, saved, onClose, onSaved }: Props) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const [name, setName] = useState(saved?.name ?? proposed(question, t('insights.anyEvent'), t(`insights.kind.${question.kind}`)))
  const [description, setDescription] = useState(saved?.description ?? '')
  const [key, setKey] = useState<string>()
  const body = { name: name.trim(), description: description.trim(), question: askable(question) }
  const chosen = key ?? keyOf(name)
  const done = async (kept: SavedInsight) => {
    await queries.invalidateQueries({ queryKey: savedInsightsQuery.queryKey })
    toast(t('insights.save.done', { name: kept.name }))
    onSaved(kept.key)
  }
  const create = useMutation({ mutationFn: () => api.post<SavedInsight>('/saved-insights', { ...body, key: chosen }), onSuccess: done })
  const change = useMutation({
    mutationFn: () => api.put<SavedInsight>(`/saved-insights/${encodeURIComponent(saved?.key ?? '')}`, body),
    onSuccess: done,
  })
  const error = create.error ?? change.error
  const rests = !name.trim() || (!saved && !chosen)
  const keep = () => (saved && key === undefined ? change.mutate() : create.mutate())
  const isNew = !saved || key !== undefined
  return (
    <Dialog
      open
      onClose={onClose}
      onEnter={() => !rests && !create.isPending && !change.isPending && keep()}
      title={t(saved ? 'insights.save.changeTitle' : 'insights.save.newTitle')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          {saved && (
            <Button
              onPress={() => (key === undefined ? setKey(keyOf(`${name} 2`)) : create.mutate())}
              isPending={create.isPending}
              isDisabled={!name.trim() || (key !== undefined && !chosen)}
            >
              {t('insights.save.asNew')}
            </Button>
          )}
          {(!saved || key === undefined) && (
            <Button
              variant="primary"
              onPress={keep}
              isPending={change.isPending || (!saved && create.isPending)}
              isDisabled={rests}
            >
              {t('insights.save.keep')}
            </Button>
          )}
        </>
      }
    >
      {error && <ErrorState error={error} />}
      <TextField label={t('insights.save.name')} value={name} onChange={setName} isRequired autoFocus />
      {isNew && <TextField label={t('insights.save.key')} hint={t('insights.save.keyHint')} value={chosen} onChange={(text) => setKey(text.toLowerCase())} mono />}
      <TextField label={t('insights.save.description')} value={description} onChange={setDescription} rows={2} />
    </Dialog>
  )
}

function proposed(question: Question, any: string, kind: string): string {
  const names = picksOf(question).map((pick) => nameOf(pick, any))
  return `${kind}: ${[...new Set(names)].join(THEN)}`.slice(0, 80)
}
