import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'

import { Beside } from './Beside'
import css from './Conditions.module.css'
import type { Filter } from './model'
import { OF_INSTANTS, OPERATORS, withOperator } from './operators'
import { longPath, shortPath } from './paths'
import { Pick, Plain, Word, type Choice } from './tokens'

interface Props {
  filters: readonly Filter[]
  onChange: (filters: Filter[]) => void
  paths: readonly Choice[]
  values: (path: string) => readonly Choice[]
  /** Of traits of an account, nothing is said about properties. */
  of?: 'event' | 'account'
  /** Some kinds of conditions need one filter at least. */
  needed?: boolean
}

/** "where total is more than 100 and brand is Bazaar", one line each. */
export function Filters({ filters, onChange, paths, values, of = 'event', needed }: Props) {
  const { t } = useTranslation()
  const set = (index: number, filter: Filter) => onChange(filters.with(index, filter))
  return (
    <>
      {filters.length > 0 && (
        <ul className={css.filters}>
          {filters.map((filter, index) => (
            <li key={index} className={css.line}>
              <Plain>{index === 0 ? t('conditions.whereWord') : t('conditions.and')}</Plain>
              <FilterWords filter={filter} onChange={(next) => set(index, next)} paths={paths} values={values} of={of} />
              {!(needed && filters.length === 1) && (
                <IconButton
                  icon={X}
                  size="small"
                  label={t('conditions.removeFilter')}
                  onPress={() => onChange(filters.filter((_, other) => other !== index))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      <span className={css.adding}>
        <Button variant="ghost" size="small" icon={Plus} onPress={() => onChange([...filters, { path: '', op: 'eq', value: '' }])}>
          {t('conditions.addFilter')}
        </Button>
      </span>
    </>
  )
}

interface FilterProps {
  filter: Filter
  onChange: (filter: Filter) => void
  paths: readonly Choice[]
  values: (path: string) => readonly Choice[]
  of: 'event' | 'account'
}

function FilterWords({ filter, onChange, paths, values, of }: FilterProps) {
  const { t } = useTranslation()
  const { path, op = 'eq' } = filter
  const write = of === 'event' ? longPath : (text: string) => text.trim()
  const allowed: readonly string[] = path === 'timestamp' ? OF_INSTANTS : OPERATORS
  const take = (text: string) => {
    const next = { ...filter, path: write(text) }
    onChange(next.path === 'timestamp' && path !== 'timestamp' ? withOperator(next, 'in_last') : next)
  }
  return (
    <>
      <Word
        label={t('conditions.property')}
        value={of === 'event' ? shortPath(path) : path}
        placeholder={t('conditions.propertyPlaceholder')}
        choices={paths}
        onChange={take}
      />
      <Pick
        label={t('conditions.operator')}
        quiet
        value={op}
        choices={allowed.map((each) => ({ value: each, label: t(`conditions.op.${each as 'eq'}`) }))}
        onChange={(next) => onChange(withOperator(filter, next))}
      />
      <Beside node={filter} onChange={onChange} choices={values(path)} />
    </>
  )
}
