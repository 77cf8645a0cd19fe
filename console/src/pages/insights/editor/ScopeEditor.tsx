import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { Question } from '@/api/insights'

import { picksOf } from '../question'
import { AmongLine } from './Among'
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
      <AmongLine among={question.segment} onChange={(segment) => onChange({ segment })} />
      <Filters picks={picksOf(question)} where={question.where} onChange={(where) => onChange({ where })} />
      <AddFilter where={question.where} onChange={(where) => onChange({ where })} />
    </div>
  )
}

function zoneOptions(chosen = 'UTC') {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const names = new Set([chosen, own, 'UTC', ...Intl.supportedValuesOf('timeZone')])
  return [...names].map((name) => ({ value: name, label: name.replaceAll('_', ' ') }))
}
