import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

import type { EventKind } from '@/api/catalogue'
import { EVENT_TYPES } from '@/ui/EventType'
import { SearchField } from '@/ui/SearchField'
import { Select } from '@/ui/Select'
import { useFormat } from '@/ui/useFormat'

import css from './Events.module.css'

interface Filter {
  q?: string
  type?: string
  source?: string
}

interface Props {
  filter: Filter
  onChange: (change: Filter) => void
  kinds: readonly EventKind[]
  shown: number
}

export function EventFilters({ filter, onChange, kinds, shown }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const search = useCallback((q: string) => onChange({ q: q || undefined }), [onChange])
  const all = { value: '', label: t('ui.all') }
  const sources = [...new Set(kinds.flatMap((kind) => kind.sources))].toSorted()
  return (
    <>
      <SearchField label={t('events.search')} value={filter.q ?? ''} onChange={search} delay={80} main />
      <Select
        label={t('live.type')}
        labelAt="inside"
        options={[all, ...EVENT_TYPES.map((type) => ({ value: type, label: t(`event.type.${type}`) }))]}
        value={filter.type ?? ''}
        onChange={(type) => onChange({ type: type || undefined })}
      />
      <Select
        label={t('live.source')}
        labelAt="inside"
        options={[all, ...sources.map((slug) => ({ value: slug, label: slug }))]}
        value={filter.source ?? ''}
        onChange={(source) => onChange({ source: source || undefined })}
      />
      <span className={css.total} role="status">
        {t('events.kinds', { count: shown, formatted: format.number(shown) })}
      </span>
    </>
  )
}
