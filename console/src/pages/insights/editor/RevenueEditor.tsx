import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { RevenueQuestion } from '@/api/insights'
import { Button } from '@/ui/Button'

import { ORDER, REFUND } from '../question'
import { Choice } from './Choice'
import { UNITS } from './choices'
import { EventLine } from './EventLine'
import { PathFinder } from './PathFinder'
import { PeriodSentence } from './Period'
import { Sentence } from './Sentence'

const EVER = 'ever'
const USUAL = ['30d', '60d', '90d', '180d', '365d']

interface Props {
  question: RevenueQuestion
  onChange: (question: RevenueQuestion) => void
}

/** What orders bring, and who comes back for another. */
export function RevenueEditor({ question, onChange }: Props) {
  const { t } = useTranslation()
  const order = question.order ?? ORDER
  const refund = question.refund === undefined ? REFUND : question.refund
  const within = question.within ?? EVER
  const lengths = [...new Set([...USUAL, ...(question.within ? [question.within] : [])])]
  return (
    <>
      <h2>{t('insights.say.orders')}</h2>
      <EventLine pick={order} label={t('insights.edit.order')} onChange={(next) => onChange({ ...question, order: next })} />
      {refund ? (
        <>
          <h2>{t('insights.say.refunds')}</h2>
          <EventLine
            pick={refund}
            label={t('insights.edit.refund')}
            onChange={(next) => onChange({ ...question, refund: next })}
            onRemove={() => onChange({ ...question, refund: null })}
          />
        </>
      ) : (
        <Button variant="ghost" size="small" icon={Plus} onPress={() => onChange({ ...question, refund: REFUND })}>
          {t('insights.edit.addRefund')}
        </Button>
      )}
      <PeriodSentence units={UNITS} value={question.period ?? 'week'} onChange={(period) => onChange({ ...question, period })} />
      <Sentence
        text={t('insights.say.by')}
        parts={{
          path: <PathFinder label={t('insights.edit.breakdown')} picks={[order]} value={question.breakdown} onChange={(breakdown) => onChange({ ...question, breakdown })} />,
        }}
      />
      <Sentence
        text={t('insights.say.cameBack')}
        parts={{
          within: (
            <Choice
              label={t('insights.edit.within')}
              options={[{ value: EVER, label: t('insights.cameBack.ever') }, ...lengths.map((value) => ({ value, label: label(value, t('insights.cameBack.days', { count: parseInt(value) })) }))]}
              value={within}
              onChange={(next) => onChange({ ...question, within: next === EVER ? undefined : next })}
            />
          ),
        }}
      />
    </>
  )
}

/** A length that somebody wrote in other units is told as it is. */
function label(length: string, inDays: string): string {
  return /^\d+d$/.test(length) ? inDays : length
}
