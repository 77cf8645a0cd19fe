import { ArrowDown, ArrowUp, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { EventPick } from '@/api/insights'
import { IconButton } from '@/ui/IconButton'

import { nameOf } from '../question'
import css from './Editor.module.css'
import { AddFilter, Filters } from './Filters'
import { Finder } from './Finder'
import { pickValue, repicked, usePickOptions } from './useCatalogue'

interface Props<P extends EventPick> {
  pick: P
  onChange: (pick: P) => void
  /** A letter or number before it. */
  mark?: ReactNode
  label: string
  /** Behind the event: how it is measured. */
  after?: ReactNode
  onRemove?: () => void
  onMove?: (by: -1 | 1) => void
  first?: boolean
  last?: boolean
}

/** An event with its filters. */
export function EventLine<P extends EventPick>({ pick, onChange, mark, label, after, onRemove, onMove, first, last }: Props<P>) {
  const { t } = useTranslation()
  const where = (next: P['where']) => onChange({ ...pick, where: next })
  return (
    <div className={css.line}>
      {mark !== undefined && <span className={css.mark}>{mark}</span>}
      <div className={css.lineBody}>
        <div className={css.sentence}>
          <PickFinder pick={pick} label={label} onChange={onChange} />
          {after}
          <span className={css.tools}>
            <AddFilter where={pick.where} onChange={where} small name={label} />
            {onMove && (
              <>
                <IconButton icon={ArrowUp} size="small" label={t('insights.edit.earlier', { name: label })} isDisabled={first} onPress={() => onMove(-1)} />
                <IconButton icon={ArrowDown} size="small" label={t('insights.edit.later', { name: label })} isDisabled={last} onPress={() => onMove(1)} />
              </>
            )}
            {onRemove && <IconButton icon={X} size="small" label={t('insights.edit.remove', { name: label })} onPress={onRemove} />}
          </span>
        </div>
        <Filters picks={[pick]} where={pick.where} onChange={where} />
      </div>
    </div>
  )
}

export function PickFinder<P extends EventPick>({ pick, label, onChange }: { pick: P; label: string; onChange: (pick: P) => void }) {
  const { t } = useTranslation()
  const options = usePickOptions()
  return (
    <Finder
      label={label}
      options={options}
      value={pickValue(pick)}
      text={nameOf(pick, t('insights.anyEvent'))}
      strong
      free
      onChange={(value) => onChange(repicked(pick, value))}
    />
  )
}
