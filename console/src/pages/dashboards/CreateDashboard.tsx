import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { dashboardsQuery, type Dashboard } from '@/api/insights'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { TextField } from '@/ui/TextField'

import { keyOf } from '../insights/keys'

export function CreateDashboard({ onClose, onCreated }: { onClose: () => void; onCreated: (key: string) => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [key, setKey] = useState<string>()
  const chosen = key ?? keyOf(name)
  const create = useMutation({
    mutationFn: () => api.post<Dashboard>('/dashboards', { key: chosen, name: name.trim(), description: description.trim() }),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: dashboardsQuery.queryKey, exact: true })
      onCreated(made.key)
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('dashboards.create')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="primary" onPress={() => create.mutate()} isPending={create.isPending} isDisabled={!name.trim() || !chosen}>
            {t('dashboards.create')}
          </Button>
        </>
      }
    >
      {create.error && <ErrorState error={create.error} />}
      <TextField label={t('dashboards.name')} value={name} onChange={setName} isRequired autoFocus />
      <TextField label={t('dashboards.key')} hint={t('dashboards.keyHint')} value={chosen} onChange={(text) => setKey(text.toLowerCase())} mono />
      <TextField label={t('dashboards.description')} value={description} onChange={setDescription} rows={2} />
    </Dialog>
  )
}
