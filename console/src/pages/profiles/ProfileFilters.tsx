import { useQuery } from '@tanstack/react-query'
import { useCallback, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { ProfileFilter, ProfileList } from '@/api/people'
import { sourcesQuery } from '@/api/queries'
import { SearchField } from '@/ui/SearchField'
import { Select } from '@/ui/Select'
import { useFormat } from '@/ui/useFormat'

import css from './Profiles.module.css'

interface Props {
  filter: ProfileFilter
  onChange: (change: ProfileFilter) => void
  /** How many fit. */
  total: Pick<ProfileList, 'count' | 'exact'> | undefined
  children: ReactNode
}

export function ProfileFilters({ filter, onChange, total, children }: Props) {
  const { t } = useTranslation()
  const sources = useQuery(sourcesQuery).data?.items ?? []
  const brands = [...new Set(sources.map((source) => source.brand).filter(Boolean))].toSorted()
  const search = useCallback((q: string) => onChange({ q: q || undefined }), [onChange])
  const all = { value: '', label: t('ui.all') }
  return (
    <>
      <SearchField label={t('profiles.search')} value={filter.q ?? ''} onChange={search} main />
      <Select
        label={t('profiles.kind')}
        labelAt="inside"
        options={[all, { value: 'true', label: t('profiles.known') }, { value: 'false', label: t('profiles.anonymous') }]}
        value={filter.known ?? ''}
        onChange={(known) => onChange({ known: known || undefined })}
      />
      {brands.length > 1 && (
        <Select
          label={t('profiles.brand')}
          labelAt="inside"
          options={[all, ...brands.map((brand) => ({ value: brand, label: brand }))]}
          value={filter.brand ?? ''}
          onChange={(brand) => onChange({ brand: brand || undefined })}
        />
      )}
      <Select
        label={t('profiles.source')}
        labelAt="inside"
        options={[all, ...sources.map(({ slug, name }) => ({ value: slug, label: name }))]}
        value={filter.source ?? ''}
        onChange={(source) => onChange({ source: source || undefined })}
      />
      <span className={css.end}>
        {total && <Count {...total} />}
        {children}
      </span>
    </>
  )
}

function Count({ count, exact }: Pick<ProfileList, 'count' | 'exact'>) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <span className={css.count} role="status">
      {t(exact ? 'profiles.count' : 'profiles.countMore', { count, formatted: format.number(count) })}
    </span>
  )
}
