import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { modelSettingsQuery, type ModelSettings } from '@/api/value'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'

import { LISTS, NUMBERS, readDraft, settingsOf, type Draft } from './settings'
import css from './Value.module.css'

/** Which events are orders, where their money stands, and the lengths that models use. */
export default function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(modelSettingsQuery)
  if (data) return <Fields held={data} onClose={onClose} />
  return (
    <Dialog open wide onClose={onClose} title={t('value.settings.title')}>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton lines={8} />}
    </Dialog>
  )
}

function Fields({ held, onClose }: { held: ModelSettings; onClose: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const [draft, setDraft] = useState<Draft>(() => readDraft(held.settings))
  const set = (name: keyof Draft) => (text: string) => setDraft((old) => ({ ...old, [name]: text }))
  const made = settingsOf(held.settings, draft)
  const save = useMutation({
    mutationFn: () => api.put<ModelSettings>('/models/settings', { version: held.version, settings: made }),
    onSuccess: async () => {
      await Promise.all(['value', 'models'].map((key) => client.invalidateQueries({ queryKey: [key] })))
      toast(t('value.settings.done'))
      onClose()
    },
  })
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t('value.settings.title')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button needs="write" variant="primary" onPress={() => save.mutate()} isPending={save.isPending} isDisabled={!made}>
            {t('value.settings.save')}
          </Button>
        </>
      }
    >
      {save.error && <ErrorState error={save.error} />}
      <p>{t('value.settings.lead')}</p>
      <div className={css.fields}>
        {LISTS.map((name) => (
          <TextField key={name} label={t(`value.settings.${name}`)} hint={t('value.settings.listHint')} value={draft[name]} onChange={set(name)} />
        ))}
        {NUMBERS.map((name) => (
          <TextField key={name} label={t(`value.settings.${name}`)} value={draft[name]} onChange={set(name)} inputMode="numeric" error={/^[1-9]\d{0,4}$/.test(draft[name].trim()) ? undefined : t('value.settings.whole')} />
        ))}
      </div>
    </Dialog>
  )
}
