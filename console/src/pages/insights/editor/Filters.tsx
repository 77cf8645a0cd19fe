import { Filter as Funnel, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { EventPick, Filter, FilterValue } from '@/api/insights'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'

import { NO_VALUE } from '../question'
import { Choice } from './Choice'
import css from './Editor.module.css'
import { Finder } from './Finder'
import { TypedChip } from './Inputs'
import { usePaths, type Path } from './useCatalogue'

const OPS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'contains', 'not_contains', 'starts_with', 'ends_with', 'exists', 'not_exists'] as const
type Op = (typeof OPS)[number]
const LISTS = new Set(['in', 'not_in'])
const TEXTS = new Set(['contains', 'not_contains', 'starts_with', 'ends_with'])

interface Props {
  /** Whose properties are offered. */
  picks: readonly EventPick[]
  where: readonly Filter[] | undefined
  onChange: (where: Filter[]) => void
}

/** "where total is more than 100", one below the other. */
export function Filters({ picks, where = [], onChange }: Props) {
  const { t } = useTranslation()
  const paths = usePaths(picks)
  const put = (index: number, filter: Filter) => onChange(where.map((each, place) => (place === index ? filter : each)))
  if (!where.length) return null
  return (
    <ul className={css.filters}>
      {where.map((filter, index) => (
        <li key={index} className={css.sentence}>
          <span>{t(index ? 'insights.edit.and' : 'insights.edit.where')}</span>
          <One filter={filter} paths={paths} onChange={(next) => put(index, next)} />
          <IconButton
            icon={X}
            size="small"
            label={t('insights.edit.removeFilter')}
            onPress={() => onChange(where.filter((_, place) => place !== index))}
          />
        </li>
      ))}
    </ul>
  )
}

/** Begins a filter. */
export function AddFilter({ where = [], onChange, small, name }: Pick<Props, 'where' | 'onChange'> & { small?: boolean; name?: string }) {
  const { t } = useTranslation()
  const add = () => onChange([...where, { path: '', op: 'eq' }])
  if (small) return <IconButton icon={Funnel} size="small" label={t('insights.edit.addFilterTo', { name })} onPress={add} />
  return (
    <Button variant="ghost" size="small" icon={Funnel} onPress={add}>
      {t('insights.edit.addFilter')}
    </Button>
  )
}

function One({ filter, paths, onChange }: { filter: Filter; paths: readonly Path[]; onChange: (filter: Filter) => void }) {
  const { t } = useTranslation()
  const path = paths.find(({ value }) => value === filter.path)
  const label = (filter.path ?? '').replace(/^properties\./, '')
  const retyped = (op: string, value: FilterValue | undefined): Filter => {
    const told = NO_VALUE.has(op) ? undefined : typed(textOf(value), op, path?.numeric)
    return { path: filter.path, op, value: told }
  }
  return (
    <>
      <Finder
        label={t('insights.edit.property')}
        placeholder={t('insights.edit.property')}
        options={paths}
        value={filter.path ?? ''}
        text={label}
        free
        onChange={(next) => onChange({ ...filter, path: next })}
      />
      <Choice
        label={t('insights.edit.compare')}
        value={filter.op as Op}
        options={OPS.map((op) => ({ value: op, label: t(`insights.op.${op}`) }))}
        onChange={(op) => onChange(retyped(op, filter.value))}
      />
      {!NO_VALUE.has(filter.op) && (
        <TypedChip
          label={t('insights.edit.valueOf', { name: label })}
          value={textOf(filter.value)}
          placeholder={t(LISTS.has(filter.op) ? 'insights.edit.values' : 'insights.edit.value')}
          examples={path?.examples}
          onChange={(text) => onChange({ ...filter, value: typed(text, filter.op, path?.numeric) })}
        />
      )}
    </>
  )
}

export function textOf(value: FilterValue | undefined): string {
  return Array.isArray(value) ? value.join(', ') : value === undefined ? '' : String(value)
}

/** What is typed, as the value that is meant: numbers compare as numbers where the property has them. */
export function typed(text: string, op: string, numeric = false): FilterValue {
  if (LISTS.has(op)) {
    const words = text.split(',').map((word) => word.trim())
    return words.filter(Boolean).map((word) => scalar(word, numeric))
  }
  return TEXTS.has(op) ? text : scalar(text, numeric)
}

const COMPARED = /^[+-]?\d+(\.\d+)?$/

function scalar(text: string, numeric: boolean): string | number {
  return numeric && COMPARED.test(text.trim()) ? Number(text) : text
}
