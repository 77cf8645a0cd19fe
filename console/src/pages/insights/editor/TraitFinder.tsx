import { useTranslation } from 'react-i18next'

import { useTraits } from '@/conditions/useKnown'

import { Finder } from './Finder'

interface Props {
  label: string
  value: string | undefined
  onChange: (trait: string) => void
}

/** Traits that have one value a person. */
export function useTraitNames() {
  return useTraits().names.filter(({ value }) => !value.includes('[]'))
}

export function TraitFinder({ label, value = '', onChange }: Props) {
  const { t } = useTranslation()
  return <Finder label={label} options={useTraitNames()} value={value} placeholder={t('insights.edit.nothingChosen')} free onChange={onChange} />
}
