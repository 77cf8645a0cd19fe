import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { segmentChoicesQuery, type EventPick } from '@/api/insights'
import { IconButton } from '@/ui/IconButton'

import css from './Editor.module.css'
import { Finder, type Found } from './Finder'
import { NumberChip } from './Inputs'
import { Sentence } from './Sentence'
import { chosen, splitBy, withSegment, type Split } from './split'
import { useTraitNames } from './TraitFinder'
import { usePaths } from './useCatalogue'

const MOST_VALUES = 200
const MOST_SEGMENTS = 10
const USUAL = 10

interface Props {
  split: Split | undefined
  /** Events whose properties may be chosen; without, only people are told apart. */
  picks?: readonly EventPick[]
  /** How many values of a trait are told where the question does not say. */
  usual?: number
  onChange: (split: Split | undefined) => void
  end?: ReactNode
}

const NO_PICKS: readonly EventPick[] = []

/** What an answer is split by, found in one place: a property of events, a trait of people, or segments beside each other. */
export function SplitLine({ split, picks, usual = USUAL, onChange, end }: Props) {
  const { t } = useTranslation()
  const { properties, traits, segments } = useSplits(picks)
  const label = t('insights.edit.breakdown')
  const taken: readonly string[] = split?.segments ?? []
  const rest = segments.filter(({ value }) => !taken.includes(value.slice('segment:'.length)))
  const limit = split?.limit ?? usual
  const put = (place: number, value: string) => onChange(place ? withSegment(split, place, value) : splitBy(value, split, Math.min(limit, USUAL)))
  const places = taken.length ? taken.map((key) => `segment:${key}`) : [chosen(split)]
  const finders = places.map((value, place) => (
    <span key={place} className={css.inline}>
      <Finder
        label={place ? t('insights.edit.comparedSegment', { number: place + 1 }) : label}
        options={[...(place ? [] : [...properties, ...traits]), ...segments.filter((each) => each.value === value), ...rest]}
        value={value}
        text={value.replace(/^\w+:(properties\.)?/, '')}
        placeholder={t('insights.edit.nothingChosen')}
        free={place === 0}
        onChange={(next) => put(place, next)}
      />
      {taken.length > 1 && (
        <IconButton
          icon={X}
          size="small"
          label={t('insights.edit.remove', { name: segments.find((each) => each.value === value)?.label ?? value })}
          onPress={() => onChange({ segments: taken.filter((_, at) => at !== place) })}
        />
      )}
    </span>
  ))
  return (
    <Sentence
      text={t('insights.say.by')}
      parts={{
        path: (
          <>
            {finders}
            {taken.length > 0 && taken.length < MOST_SEGMENTS && rest.length > 0 && (
              <Finder label={t('insights.edit.addSegment')} options={rest} value="" placeholder={t('insights.edit.oneMore')} onChange={(next) => put(taken.length, next)} />
            )}
          </>
        ),
      }}
      end={
        split && (
          <>
            {split.trait && (
              <Sentence
                text={t('insights.say.values')}
                parts={{
                  limit: <NumberChip label={t('insights.edit.mostValues')} value={limit} least={1} most={MOST_VALUES} onChange={(next) => onChange({ ...split, limit: next })} />,
                }}
              />
            )}
            {end}
            {taken.length < 2 && <IconButton icon={X} size="small" label={t('insights.edit.clear', { name: label })} onPress={() => onChange(undefined)} />}
          </>
        )
      }
    />
  )
}

function useSplits(picks: readonly EventPick[] | undefined): Record<'properties' | 'traits' | 'segments', Found[]> {
  const { t } = useTranslation()
  const paths = usePaths(picks ?? NO_PICKS)
  const names = useTraitNames()
  const { data } = useQuery(segmentChoicesQuery)
  return useMemo(
    () => ({
      properties: picks ? paths.filter(({ several }) => !several).map((path) => ({ ...path, value: `property:${path.value}`, section: t('insights.edit.properties') })) : [],
      traits: names.map((trait) => ({ ...trait, value: `trait:${trait.value}`, section: t('insights.edit.traits') })),
      segments: (data ?? []).map(({ key, name }) => ({ value: `segment:${key}`, label: name, section: t('insights.edit.segments') })),
    }),
    [picks, paths, names, data, t],
  )
}

