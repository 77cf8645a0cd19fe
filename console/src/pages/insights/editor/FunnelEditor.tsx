import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { EventPick, Exclusion, FunnelQuestion } from '@/api/insights'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'

import { ANYTHING, nameOf, withoutStep } from '../question'
import { Choice } from './Choice'
import { SPANS, unitOptions } from './choices'
import css from './Editor.module.css'
import { EventLine, PickFinder } from './EventLine'
import { DurationChip } from './Inputs'
import { More } from './More'
import { PathFinder } from './PathFinder'
import { Sentence } from './Sentence'
import { SplitLine } from './SplitLine'

const MOST_STEPS = 20
const USUAL_GRACE = '2s'
const ATTRIBUTIONS = ['first', 'last', 'step'] as const

interface Props {
  question: FunnelQuestion
  onChange: (question: FunnelQuestion) => void
}

export function FunnelEditor({ question, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <>
      <h2>{t('insights.say.peopleWho')}</h2>
      <Steps question={question} onChange={onChange} />
      <Sentence
        text={t('insights.say.window')}
        parts={{
          window: <DurationChip label={t('insights.edit.window')} value={question.window ?? '7d'} onChange={(window) => onChange({ ...question, window })} />,
          order: (
            <Choice
              label={t('insights.edit.order')}
              options={(['ordered', 'strict', 'any'] as const).map((value) => ({ value, label: t(`insights.order.${value}`) }))}
              value={question.order ?? 'ordered'}
              onChange={(order) => onChange(inOrder(question, order))}
            />
          ),
        }}
      />
      <SplitLine
        picks={question.steps}
        split={question.breakdown}
        usual={25}
        onChange={(breakdown) => onChange({ ...question, breakdown })}
        end={question.breakdown?.by && <Attribution question={question} onChange={onChange} />}
      />
      <More
        label={t('insights.edit.more')}
        open={Boolean(question.count ?? question.reentry ?? question.range ?? question.over_time ?? question.grace ?? question.exclusions?.length ?? question.hold?.length)}
      >
        <Rules question={question} onChange={onChange} />
        {mayGrace(question) && <Grace question={question} onChange={onChange} />}
        {question.order !== 'any' && question.steps.length > 1 && <Exclusions question={question} onChange={onChange} />}
        {question.order !== 'strict' && <Hold question={question} onChange={onChange} />}
      </More>
    </>
  )
}

function Steps({ question, onChange }: Props) {
  const { t } = useTranslation()
  const { steps } = question
  const put = (next: EventPick[]) => onChange({ ...question, steps: next })
  const move = (index: number, by: -1 | 1) => {
    const next = [...steps]
    next.splice(index + by, 0, ...next.splice(index, 1))
    put(next)
  }
  return (
    <>
      {steps.map((step, index) => (
        <EventLine
          key={index}
          mark={index + 1}
          pick={step}
          label={t('insights.edit.step', { number: index + 1 })}
          onChange={(next) => put(steps.map((each, place) => (place === index ? next : each)))}
          onMove={steps.length > 1 ? (by) => move(index, by) : undefined}
          first={index === 0}
          last={index === steps.length - 1}
          onRemove={steps.length > 1 ? () => onChange(withoutStep(question, index)) : undefined}
        />
      ))}
      {steps.length < MOST_STEPS && (
        <Button variant="ghost" size="small" icon={Plus} onPress={() => put([...steps, ANYTHING])}>
          {t('insights.edit.addStep')}
        </Button>
      )}
    </>
  )
}

function Attribution({ question, onChange }: Props) {
  const { t } = useTranslation()
  const breakdown = question.breakdown
  if (!breakdown) return null
  const kind = breakdown.attribution ?? 'first'
  const value = kind === 'step' ? `step:${breakdown.step ?? 1}` : kind
  const options = ATTRIBUTIONS.flatMap((attribution) =>
    attribution === 'step'
      ? question.steps.map((_, index) => ({ value: `step:${index + 1}`, label: t('insights.attribution.step', { number: index + 1 }) }))
      : [{ value: attribution as string, label: t(`insights.attribution.${attribution}`) }],
  )
  const choose = (next: string) => {
    const [attribution, step] = next.split(':') as [(typeof ATTRIBUTIONS)[number], string?]
    onChange({ ...question, breakdown: { ...breakdown, attribution, step: step ? Number(step) : undefined } })
  }
  return <Choice label={t('insights.edit.attribution')} options={options} value={value} onChange={choose} />
}

/** Without what another order rules out. */
function inOrder(question: FunnelQuestion, order: FunnelQuestion['order']): FunnelQuestion {
  return {
    ...question,
    order,
    exclusions: order === 'any' ? undefined : question.exclusions,
    hold: order === 'strict' ? undefined : question.hold,
    grace: order === 'ordered' ? question.grace : undefined,
  }
}

/** Chains count in this order only, and each under its own value. */
function ofChains({ breakdown, exclusions: _none, reentry: _always, grace: _exact, ...question }: FunnelQuestion): FunnelQuestion {
  const own = breakdown?.by ? { ...breakdown, attribution: 'step' as const } : breakdown
  return { ...question, count: 'chains', order: 'ordered', breakdown: own }
}

function Rules({ question, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <>
      <Sentence
        text={t('insights.say.reentry')}
        parts={{
          reentry: (
            <Choice
              label={t('insights.edit.reentry')}
              options={(['newest', 'first'] as const).map((value) => ({ value, label: t(`insights.reentry.${value}`) }))}
              value={question.reentry ?? 'newest'}
              onChange={(reentry) => onChange({ ...question, reentry })}
            />
          ),
          range: (
            <Choice
              label={t('insights.edit.inRange')}
              options={(['first_step', 'all_steps'] as const).map((value) => ({ value, label: t(`insights.inRange.${value}`) }))}
              value={question.range ?? 'first_step'}
              onChange={(range) => onChange({ ...question, range })}
            />
          ),
        }}
      />
      <Sentence
        text={t('insights.say.counted')}
        parts={{
          count: (
            <Choice
              label={t('insights.edit.counted')}
              options={(['people', 'chains'] as const).map((value) => ({ value, label: t(`insights.counted.${value}`) }))}
              value={question.count ?? 'people'}
              onChange={(count) => onChange(count === 'chains' ? ofChains(question) : { ...question, count: undefined })}
            />
          ),
        }}
      />
      <Sentence
        text={t('insights.say.overTime')}
        parts={{
          period: (
            <Choice
              label={t('insights.edit.overTime')}
              options={[{ value: 'none' as const, label: t('insights.edit.notOverTime') }, ...unitOptions(SPANS, t)]}
              value={question.over_time ?? 'none'}
              onChange={(next) => onChange({ ...question, over_time: next === 'none' ? undefined : next })}
            />
          ),
        }}
      />
    </>
  )
}

/** Exclusions and chains need the exact order. */
function mayGrace({ order = 'ordered', exclusions, count }: FunnelQuestion): boolean {
  return order === 'ordered' && !exclusions?.length && count !== 'chains'
}

function Grace({ question, onChange }: Props) {
  const { t } = useTranslation()
  const put = (grace: string | undefined) => onChange({ ...question, grace })
  return (
    <div className={css.group}>
      {question.grace ? (
        <Sentence
          text={t('insights.say.grace')}
          parts={{ grace: <DurationChip label={t('insights.edit.grace')} value={question.grace} onChange={put} /> }}
          end={<IconButton icon={X} size="small" label={t('insights.edit.remove', { name: t('insights.edit.grace') })} onPress={() => put(undefined)} />}
        />
      ) : (
        <Button variant="ghost" size="small" icon={Plus} onPress={() => put(USUAL_GRACE)}>
          {t('insights.edit.grace')}
        </Button>
      )}
      <p className={css.hint}>{t('insights.edit.graceHint')}</p>
    </div>
  )
}

function Exclusions({ question, onChange }: Props) {
  const { t } = useTranslation()
  const exclusions = question.exclusions ?? []
  const put = (next: Exclusion[]) => onChange({ ...question, exclusions: next, grace: undefined })
  const change = (index: number, next: Exclusion) => put(exclusions.map((each, place) => (place === index ? next : each)))
  const stepNames = question.steps.map((step, index) => ({ value: String(index + 1), label: `${index + 1}. ${nameOf(step, t('insights.anyEvent'))}` }))
  return (
    <div className={css.group}>
      {exclusions.map((each, index) => (
        <Sentence
          key={index}
          text={t('insights.say.exclusion')}
          parts={{
            event: <PickFinder pick={each} label={t('insights.edit.exclusion', { number: index + 1 })} onChange={(next) => change(index, next)} />,
            after: (
              <Choice
                label={t('insights.edit.after')}
                options={stepNames.slice(0, -1)}
                value={String(each.after ?? 1)}
                onChange={(after) => change(index, { ...each, after: Number(after), before: Math.max(Number(after) + 1, each.before ?? stepNames.length) })}
              />
            ),
            before: (
              <Choice
                label={t('insights.edit.before')}
                options={stepNames.slice(each.after ?? 1)}
                value={String(each.before ?? stepNames.length)}
                onChange={(before) => change(index, { ...each, before: Number(before) })}
              />
            ),
          }}
          end={
            <IconButton
              icon={X}
              size="small"
              label={t('insights.edit.remove', { name: t('insights.edit.exclusion', { number: index + 1 }) })}
              onPress={() => put(exclusions.filter((_, place) => place !== index))}
            />
          }
        />
      ))}
      <Button variant="ghost" size="small" icon={Plus} onPress={() => put([...exclusions, ANYTHING])}>
        {t('insights.edit.addExclusion')}
      </Button>
    </div>
  )
}

function Hold({ question, onChange }: Props) {
  const { t } = useTranslation()
  const [path] = question.hold ?? []
  return (
    <Sentence
      text={t('insights.say.hold')}
      parts={{
        path: (
          <PathFinder
            label={t('insights.edit.hold')}
            picks={question.steps}
            value={path}
            onChange={(next) => onChange({ ...question, hold: next ? [next, ...(question.hold?.slice(1) ?? [])] : undefined })}
          />
        ),
      }}
    />
  )
}
