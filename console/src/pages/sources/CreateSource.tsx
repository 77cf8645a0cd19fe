import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { sourcesQuery } from '@/api/queries'
import type { Source } from '@/api/types'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Select } from '@/ui/Select'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'

import { KINDS } from './kinds'

interface Props {
  onClose: () => void
  onCreated: (source: Source) => void
}

const PARTIES = ['first', 'second', 'third'] as const
const CREATABLE = KINDS.filter((kind) => kind !== 'demo')

export function CreateSource({ onClose, onCreated }: Props) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const [draft, setDraft] = useState({ name: '', kind: 'web', brand: '', region: '', party: 'first', ttl: '' })
  const set = (name: keyof typeof draft) => (value: string) => setDraft((now) => ({ ...now, [name]: value }))
  const create = useMutation({
    mutationFn: () => {
      const { ttl, ...fields } = draft
      return api.post<Source>('/sources', { ...fields, ttl_days: ttl ? Number(ttl) : null })
    },
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
      <TextField label={t('sources.name')} hint={t('sources.nameHint')} value={draft.name} onChange={set('name')} isRequired autoFocus />
      <Select
        label={t('sources.kind')}
        options={CREATABLE.map((kind) => ({ value: kind, label: t(`sources.kinds.${kind}`) }))}
        value={draft.kind}
        onChange={set('kind')}
      />
      <TextField label={t('sources.brand')} value={draft.brand} onChange={set('brand')} />
      <TextField label={t('sources.region')} hint={t('sources.regionHint')} value={draft.region} onChange={set('region')} maxLength={2} />
      <Select
        label={t('sources.party')}
        options={PARTIES.map((party) => ({ value: party, label: t(`sources.parties.${party}`) }))}
        value={draft.party}
        onChange={set('party')}
      />
      <TextField
        label={t('sources.ttl')}
        hint={t('sources.ttlHint')}
        value={draft.ttl}
        onChange={(value) => set('ttl')(value.replace(/\D/g, ''))}
        inputMode="numeric"
      />
    </Dialog>
  )
}
