import { useTranslation } from 'react-i18next'

import type { ActiveQuestion, LifecycleQuestion, StickinessQuestion, Unit } from '@/api/insights'

import { ANYTHING } from '../question'
import { Choice } from './Choice'
import { UNITS } from './choices'
import { EventLine } from './EventLine'
import { NumberChip } from './Inputs'
import { PeriodChoice, PeriodSentence, type PeriodProps } from './Period'
import { Sentence } from './Sentence'

type Activity = LifecycleQuestion | StickinessQuestion | ActiveQuestion

interface Props {
  question: Activity
  onChange: (question: Activity) => void
}

const NEW_BY = ['first_event_ever', 'first_in_range', 'person_created'] as const

/** Questions about the periods in which people were active. */
export function ActivityEditor({ question, onChange }: Props) {
  const { t } = useTranslation()
  const period = { units: UNITS, value: question.period ?? usual(question), onChange: (next: Unit) => onChange({ ...question, period: next }) }
  return (
    <>
      <h2>{t(`insights.say.${question.kind}`)}</h2>
      <EventLine pick={question.event ?? ANYTHING} label={t('insights.edit.event')} onChange={(event) => onChange({ ...question, event })} />
      <Rule question={question} onChange={onChange} period={period} />
    </>
  )
}

function usual(question: Activity): Unit {
  return question.kind === 'lifecycle' ? 'week' : 'day'
}

function Rule({ question, onChange, period }: Props & { period: PeriodProps<Unit> }) {
  const { t } = useTranslation()
  switch (question.kind) {
    case 'lifecycle':
      return (
        <>
          <PeriodSentence {...period} />
          <Sentence
            text={t('insights.say.newBy')}
            parts={{
              by: (
                <Choice
                  label={t('insights.edit.newBy')}
                  options={NEW_BY.map((value) => ({ value, label: t(`insights.newBy.${value}`) }))}
                  value={question.new_by ?? 'first_event_ever'}
                  onChange={(new_by) => onChange({ ...question, new_by })}
                />
              ),
            }}
          />
        </>
      )
    case 'stickiness':
      return (
        <Sentence
          text={t('insights.say.stuck')}
          parts={{
            period: <PeriodChoice {...period} />,
            count: (
              <NumberChip
                label={t('insights.edit.occurrences')}
                value={question.min_occurrences ?? 1}
                least={1}
                most={1000}
                onChange={(min_occurrences) => onChange({ ...question, min_occurrences })}
              />
            ),
          }}
        />
      )
    case 'active':
      return (
        <Sentence
          text={t('insights.say.trailing')}
          parts={{
            period: <PeriodChoice {...period} />,
            count: (
              <NumberChip
                label={t('insights.edit.trailing')}
                value={question.trailing ?? 1}
                least={1}
                most={400}
                onChange={(trailing) => onChange({ ...question, trailing })}
              />
            ),
          }}
        />
      )
  }
}
