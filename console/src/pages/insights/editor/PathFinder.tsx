import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { EventPick } from '@/api/insights'
import { IconButton } from '@/ui/IconButton'

import css from './Editor.module.css'
import { Finder } from './Finder'
import { usePaths } from './useCatalogue'

interface Props {
  label: string
  picks: readonly EventPick[]
  value: string | undefined
  onChange: (path: string | undefined) => void
  placeholder?: string
  /** Only properties with numbers. */
  numeric?: boolean
  /** It has to be something. */
  required?: boolean
}

/** A property of events that has one value in each. */
export function PathFinder({ label, picks, value, onChange, placeholder, numeric, required }: Props) {
  const { t } = useTranslation()
  const paths = usePaths(picks).filter((path) => !path.several && (!numeric || path.numeric))
  return (
    <span className={css.inline}>
      <Finder
        label={label}
        options={paths}
        value={value ?? ''}
        text={value?.replace(/^properties\./, '')}
        placeholder={placeholder ?? t('insights.edit.nothingChosen')}
        free
        onChange={onChange}
      />
      {value && !required && <IconButton icon={X} size="small" label={t('insights.edit.clear', { name: label })} onPress={() => onChange(undefined)} />}
    </span>
  )
}
