import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { segmentChoicesQuery, type Question } from '@/api/insights'

import { picksOf } from '../question'
import { Choice } from './Choice'
import css from './Editor.module.css'
import { AddFilter, Filters } from './Filters'
import { Finder } from './Finder'
import { Range } from './Range'
import { Sentence } from './Sentence'

interface Props {
  question: Question
  onChange: (change: Partial<Pick<Question, 'from' | 'to' | 'timezone' | 'where' | 'segment'>>) => void
}

/** Which time and which people; the same for every kind of question. */
export function ScopeEditor({ question, onChange }: Props) {
  const { t } = useTranslation()
  const zones = useMemo(() => zoneOptions(question.timezone), [question.timezone])
  return (
    <div className={css.group}>
      <Sentence
        text={t('insights.say.time')}
        parts={{
          range: <Range from={question.from} to={question.to} onChange={onChange} />,
          zone: (
            <Finder
              label={t('insights.edit.zone')}
              options={zones}
              value={question.timezone ?? 'UTC'}
              onChange={(timezone) => onChange({ timezone })}
            />
          ),
        }}
      />
      <SegmentLine segment={[question.segment].flat().join(' + ') || undefined} onChange={(segment) => onChange({ segment })} />
      <Filters picks={picksOf(question)} where={question.where} onChange={(where) => onChange({ where })} />
      <AddFilter where={question.where} onChange={(where) => onChange({ where })} />
    </div>
  )
}

function SegmentLine({ segment, onChange }: { segment: string | undefined; onChange: (segment: string | undefined) => void }) {
  const { t } = useTranslation()
  const choices = useQuery(segmentChoicesQuery).data ?? []
  if (!choices.length && !segment) return null
  const options = [{ value: '*', label: t('insights.edit.everybody') }, ...choices.map(({ key, name }) => ({ value: key, label: name }))]
  if (segment && !choices.some(({ key }) => key === segment)) options.push({ value: segment, label: segment })
  return (
    <Sentence
      text={t('insights.say.segment')}
      parts={{
        segment: (
          <Choice
            label={t('insights.edit.segment')}
            options={options}
            value={segment ?? '*'}
            onChange={(next) => onChange(next === '*' ? undefined : next)}
          />
        ),
      }}
    />
  )
}

function zoneOptions(chosen = 'UTC') {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const names = new Set([chosen, own, 'UTC', ...Intl.supportedValuesOf('timeZone')])
  return [...names].map((name) => ({ value: name, label: name.replaceAll('_', ' ') }))
}
