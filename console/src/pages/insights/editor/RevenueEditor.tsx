import { Plus, X } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { EventPick, RevenueQuestion } from '@/api/insights'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'

import { ORDER, REFUND } from '../question'
import { Choice } from './Choice'
import { UNITS } from './choices'
import { EventLine } from './EventLine'
import { Finder } from './Finder'
import { PathFinder } from './PathFinder'
import { PeriodSentence } from './Period'
import { Sentence } from './Sentence'
import { usePaths } from './useCatalogue'

const EVER = 'ever'
const CODE = /^[A-Z]{3}$/
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
      {question.currency !== null && <CurrencyLine order={order} question={question} onChange={onChange} />}
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

/** Only orders in one currency, of those that orders have told, or any other by its code. */
function CurrencyLine({ order, question, onChange }: Props & { order: EventPick }) {
  const { t, i18n } = useTranslation()
  const names = useMemo(() => new Intl.DisplayNames(i18n.language, { type: 'currency' }), [i18n.language])
  const path = question.currency ?? 'properties.currency'
  const codes = usePaths([order]).find(({ value }) => value === path)?.examples ?? []
  const known = [...new Set([...codes, ...(question.in ? [question.in] : [])])].filter((code) => CODE.test(code))
  const label = t('insights.edit.currency')
  const put = (code: string | undefined) => onChange({ ...question, in: code?.toUpperCase() })
  return (
    <Sentence
      text={t('insights.say.currency')}
      parts={{
        currency: (
          <Finder
            label={label}
            options={known.map((code) => ({ value: code, label: code, detail: names.of(code) }))}
            value={question.in ?? ''}
            placeholder={t('insights.edit.anyCurrency')}
            free
            onChange={put}
          />
        ),
      }}
      end={question.in && <IconButton icon={X} size="small" label={t('insights.edit.clear', { name: label })} onPress={() => put(undefined)} />}
    />
  )
}

/** A length that somebody wrote in other units is told as it is. */
function label(length: string, inDays: string): string {
  return /^\d+d$/.test(length) ? inDays : length
}
