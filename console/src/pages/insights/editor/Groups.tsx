import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { Groups } from '@/api/insights'
import { IconButton } from '@/ui/IconButton'

import { NumberChip } from './Inputs'
import { SegmentsLine } from './Segments'
import { Sentence } from './Sentence'
import { TraitFinder, useTraitNames } from './TraitFinder'

const MOST_VALUES = 200
const USUAL = 10

interface Props {
  groups: Groups | undefined
  /** How many values are told where the question does not say. */
  usual?: number
  onChange: (groups: Groups | undefined) => void
}

/** People beside each other: members of segments, or by the values of a trait. */
export function GroupsLines({ groups, usual = USUAL, onChange }: Props) {
  return (
    <>
      <SegmentsLine segments={groups?.segments ?? []} onChange={(segments) => onChange(segments.length ? { segments } : undefined)} />
      <TraitLine trait={groups?.trait} limit={groups?.limit ?? usual} onChange={onChange} />
    </>
  )
}

function TraitLine({ trait, limit, onChange }: { trait: string | undefined; limit: number } & Pick<Props, 'onChange'>) {
  const { t } = useTranslation()
  const known = useTraitNames()
  const label = t('insights.edit.comparedTrait')
  if (!known.length && !trait) return null
  const find = <TraitFinder label={label} value={trait} onChange={(next) => onChange({ trait: next, limit: Math.min(limit, USUAL) })} />
  if (!trait) return <Sentence text={t('insights.say.trait')} parts={{ trait: find }} />
  return (
    <Sentence
      text={t('insights.say.traitValues')}
      parts={{
        trait: find,
        limit: <NumberChip label={t('insights.edit.mostValues')} value={limit} least={1} most={MOST_VALUES} onChange={(next) => onChange({ trait, limit: next })} />,
      }}
      end={<IconButton icon={X} size="small" label={t('insights.edit.clear', { name: label })} onPress={() => onChange(undefined)} />}
    />
  )
}
