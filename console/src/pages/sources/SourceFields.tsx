import { useTranslation } from 'react-i18next'

import type { Source } from '@/api/types'
import { Select } from '@/ui/Select'
import { TextField } from '@/ui/TextField'

import { KINDS, kindLabel } from './kinds'

const PARTIES = ['first', 'second', 'third'] as const

/** A source as somebody fills it in; all of it text. */
export interface SourceDraft {
  name: string
  kind: string
  brand: string
  region: string
  party: string
  ttl: string
}

export const NEW_SOURCE: SourceDraft = { name: '', kind: 'web', brand: '', region: '', party: 'first', ttl: '' }

export function draftOf({ name, kind, brand, region, party, ttl_days }: Source): SourceDraft {
  return { name, kind, brand, region, party, ttl: ttl_days === null ? '' : String(ttl_days) }
}

/** As the server wants it. */
export function bodyOf({ ttl, ...fields }: SourceDraft) {
  return { ...fields, ttl_days: ttl ? Number(ttl) : null }
}

interface Props {
  draft: SourceDraft
  onChange: (change: Partial<SourceDraft>) => void
}

export function SourceFields({ draft, onChange }: Props) {
  const { t } = useTranslation()
  const set = (name: keyof SourceDraft) => (value: string) => onChange({ [name]: value })
  const kinds = [...new Set([...KINDS.filter((kind) => kind !== 'demo'), draft.kind])]
  return (
    <>
      <TextField label={t('sources.name')} hint={t('sources.nameHint')} value={draft.name} onChange={set('name')} isRequired autoFocus />
      <Select
        label={t('sources.kind')}
        options={kinds.map((kind) => ({ value: kind, label: kindLabel(t, kind) }))}
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
    </>
  )
}
