import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { RULES, type AttributionQuestion, type EventPick } from '@/api/insights'
import { Button } from '@/ui/Button'

import { ANYTHING, ORDER } from '../question'
import { Choice } from './Choice'
import { EventLine } from './EventLine'
import { DurationChip, NumberChip } from './Inputs'
import { PathFinder } from './PathFinder'
import { Sentence } from './Sentence'

const MOST_TOUCHES = 20
const END = 0.4

interface Props {
  question: AttributionQuestion
  onChange: (question: AttributionQuestion) => void
}

export function AttributionEditor({ question, onChange }: Props) {
  const { t } = useTranslation()
  const rule = question.rule ?? 'last'
  return (
    <>
      <h2>{t('insights.say.conversion')}</h2>
      <EventLine pick={question.conversion ?? ORDER} label={t('insights.edit.conversion')} onChange={(conversion) => onChange({ ...question, conversion })} />
      <Sentence
        text={t('insights.say.rule')}
        parts={{
          rule: (
            <Choice
              label={t('insights.edit.rule')}
              options={RULES.map((value) => ({ value, label: t(`insights.rule.${value}`) }))}
              value={rule}
              onChange={(next) => onChange({ ...question, rule: next })}
            />
          ),
        }}
      />
      <Touches question={question} onChange={onChange} />
      <Sentence
        text={t('insights.say.lookback')}
        parts={{
          lookback: (
            <DurationChip label={t('insights.edit.lookback')} value={question.lookback ?? '30d'} onChange={(lookback) => onChange({ ...question, lookback })} />
          ),
        }}
      />
      <Sentence
        text={t('insights.say.named')}
        parts={{
          path: (
            <PathFinder
              label={t('insights.edit.touchBy')}
              picks={question.touches}
              value={question.by}
              placeholder={t('insights.edit.touchName')}
              onChange={(by) => onChange({ ...question, by })}
            />
          ),
        }}
      />
      {rule === 'time_decay' && (
        <Sentence
          text={t('insights.say.halfLife')}
          parts={{
            time: (
              <DurationChip label={t('insights.edit.halfLife')} value={question.half_life ?? '7d'} onChange={(half_life) => onChange({ ...question, half_life })} />
            ),
          }}
        />
      )}
      {rule === 'position' && <Ends question={question} onChange={onChange} />}
    </>
  )
}

function Touches({ question, onChange }: Props) {
  const { t } = useTranslation()
  const { touches } = question
  const put = (next: EventPick[]) => onChange({ ...question, touches: next })
  return (
    <>
      {touches.map((touch, index) => (
        <EventLine
          key={index}
          mark={index + 1}
          pick={touch}
          label={t('insights.edit.touch', { number: index + 1 })}
          onChange={(next) => put(touches.map((each, place) => (place === index ? next : each)))}
          onRemove={touches.length > 1 ? () => put(touches.filter((_, place) => place !== index)) : undefined}
        />
      ))}
      {touches.length < MOST_TOUCHES && (
        <Button variant="ghost" size="small" icon={Plus} onPress={() => put([...touches, ANYTHING])}>
          {t('insights.edit.addTouch')}
        </Button>
      )}
    </>
  )
}

/** Shares in percent; the two are never more than all. */
function Ends({ question, onChange }: Props) {
  const { t } = useTranslation()
  const first = percent(question.position?.first)
  const last = percent(question.position?.last)
  const put = (one: number, other: number) => onChange({ ...question, position: { first: one / 100, last: other / 100 } })
  return (
    <Sentence
      text={t('insights.say.shares')}
      parts={{
        first: <NumberChip label={t('insights.edit.firstShare')} value={first} least={0} most={100 - last} onChange={(next) => put(next, last)} />,
        last: <NumberChip label={t('insights.edit.lastShare')} value={last} least={0} most={100 - first} onChange={(next) => put(first, next)} />,
      }}
    />
  )
}

function percent(share = END): number {
  return Math.round(share * 100)
}
