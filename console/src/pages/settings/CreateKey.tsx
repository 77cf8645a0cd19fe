import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { apiKeysQuery } from '@/api/queries'
import type { NewApiKey } from '@/api/types'
import { Button } from '@/ui/Button'
import { CodeBlock } from '@/ui/CodeBlock'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Select } from '@/ui/Select'
import { TextField } from '@/ui/TextField'

import { SCOPES } from './ApiKeysCard'

export function CreateKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [scope, setScope] = useState<string>('read')
  const create = useMutation({
    mutationFn: () => api.post<NewApiKey>('/keys', { name, scopes: [scope] }),
    onSuccess: () => queries.invalidateQueries({ queryKey: apiKeysQuery.queryKey }),
  })
  if (create.data) return <ShowSecret secret={create.data.secret} onClose={onClose} />
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('settings.keys.create')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="primary" onPress={() => create.mutate()} isPending={create.isPending} isDisabled={!name.trim()}>
            {t('settings.keys.create')}
          </Button>
        </>
      }
    >
      {create.error && <ErrorState error={create.error} />}
      <TextField label={t('settings.keys.name')} hint={t('settings.keys.nameHint')} value={name} onChange={setName} isRequired autoFocus />
      <Select
        label={t('settings.keys.scope')}
        options={SCOPES.map((value) => ({ value, label: t(`settings.keys.scopes.${value}`) }))}
        value={scope}
        onChange={setScope}
      />
    </Dialog>
  )
}

function ShowSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('settings.keys.secretTitle')}
      actions={
        <Button variant="primary" onPress={onClose}>
          {t('settings.keys.done')}
        </Button>
      }
    >
      <p>{t('settings.keys.secretBody')}</p>
      <CodeBlock code={secret} label={t('settings.keys.secret')} />
    </Dialog>
  )
}
