import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { segmentChoicesQuery, type Among, type HasTrait } from '@/api/insights'
import { useTraits } from '@/conditions/useKnown'

import { Choice } from './Choice'
import { Finder } from './Finder'
import { Sentence } from './Sentence'
import { TraitFinder, useTraitNames } from './TraitFinder'

const EVERYBODY = '*'
/** What no key of a segment can be. */
const BY_TRAIT = '='
const AS_WRITTEN = '+'
/** What nobody can type as a value. */
const NO_VALUE = '\0'

interface Props {
  among: Among | Among[] | undefined
  onChange: (among: Among | undefined) => void
}

/** Of whom a question is: of everybody, of the members of a segment, or of those who have a value of a trait. */
export function AmongLine({ among, onChange }: Props) {
  const { t } = useTranslation()
  const segments = useQuery(segmentChoicesQuery).data ?? []
  const traits = useTraitNames()
  const chosen = Array.isArray(among) && among.length < 2 ? among[0] : among
  if (!segments.length && !traits.length && !chosen) return null
  const value = !chosen ? EVERYBODY : typeof chosen === 'string' ? chosen : Array.isArray(chosen) ? AS_WRITTEN : BY_TRAIT
  const nameOf = (key: string) => segments.find((segment) => segment.key === key)?.name ?? key
  const options = [
    { value: EVERYBODY, label: t('insights.edit.everybody') },
    ...segments.map(({ key, name }) => ({ value: key, label: name })),
    { value: BY_TRAIT, label: t('insights.edit.byTrait') },
  ]
  if (Array.isArray(chosen)) options.push({ value: AS_WRITTEN, label: chosen.map((each) => written(each, nameOf, t('insights.noValue'))).join(' + ') })
  else if (!options.some((option) => option.value === value)) options.push({ value, label: value })
  const choose = (next: string) => {
    if (next === EVERYBODY) onChange(undefined)
    else if (next === BY_TRAIT) onChange({})
    else if (next !== AS_WRITTEN) onChange(next)
  }
  return (
    <>
      <Sentence
        text={t('insights.say.segment')}
        parts={{ segment: <Choice label={t('insights.edit.segment')} options={options} value={value} onChange={choose} /> }}
      />
      {typeof chosen === 'object' && !Array.isArray(chosen) && <TraitLine has={chosen} onChange={onChange} />}
    </>
  )
}

function written(among: Among, nameOf: (key: string) => string, none: string): string {
  if (typeof among === 'string') return nameOf(among)
  const { trait = '', value, other_than: others } = among
  return others ? `${trait} ≠ ${others.map((each) => each ?? none).join(', ')}` : `${trait}: ${value ?? none}`
}

/** The same trait with these values, or without them. */
function withValues(trait: string | undefined, without: boolean, values: (string | null | undefined)[]): HasTrait {
  return without ? { trait, other_than: values.map((value) => (value === undefined ? '' : value)) } : { trait, value: values[0] === '' ? undefined : values[0] }
}

function TraitLine({ has, onChange }: { has: HasTrait; onChange: (has: HasTrait) => void }) {
  const { t } = useTranslation()
  const known = useTraits().values(has.trait ?? '')
  const { trait, other_than: others } = has
  const values = others ?? [has.value]
  const text = values.map((value) => (value === null ? t('insights.noValue') : (value ?? ''))).join(', ')
  return (
    <Sentence
      text={t('insights.say.hasTrait')}
      parts={{
        trait: <TraitFinder label={t('insights.edit.trait')} value={trait} onChange={(next) => onChange(withValues(next, Boolean(others), [undefined]))} />,
        is: (
          <Choice
            label={t('insights.edit.compare')}
            options={(['eq', 'ne'] as const).map((op) => ({ value: op, label: t(`insights.op.${op}`) }))}
            value={others ? 'ne' : 'eq'}
            onChange={(op) => onChange(withValues(trait, op === 'ne', values))}
          />
        ),
        value: (
          <Finder
            label={t('insights.edit.traitValue')}
            options={[...known, { value: NO_VALUE, label: t('insights.noValue') }]}
            value={values.length > 1 ? text : values[0] === null ? NO_VALUE : (values[0] ?? '')}
            placeholder={t('insights.edit.value')}
            free
            onChange={(value) => onChange(withValues(trait, Boolean(others), [value === NO_VALUE ? null : value]))}
          />
        ),
      }}
    />
  )
}
