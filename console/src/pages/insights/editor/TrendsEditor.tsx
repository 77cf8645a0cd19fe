import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { Series, TrendsQuestion } from '@/api/insights'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'

import { ANYTHING } from '../question'
import { Choice } from './Choice'
import { UNITS } from './choices'
import css from './Editor.module.css'
import { EventLine } from './EventLine'
import { TypedChip } from './Inputs'
import { More } from './More'
import { PathFinder } from './PathFinder'
import { PeriodSentence } from './Period'
import { Sentence } from './Sentence'
import { SplitLine } from './SplitLine'

const MEASURES = ['events', 'people', 'per_person', 'sum', 'avg', 'median', 'p90', 'min', 'max'] as const
const OF_VALUES = new Set(['sum', 'avg', 'median', 'p90', 'min', 'max'])
const LETTERS = 'ABCDEFGHIJ'
const AVERAGES = ['0', '2', '3', '4', '7', '12', '14', '28', '30'] as const

interface Props {
  question: TrendsQuestion
  onChange: (question: TrendsQuestion) => void
}

export function TrendsEditor({ question, onChange }: Props) {
  const { t } = useTranslation()
  const { series } = question
  const put = (index: number, next: Series) => onChange({ ...question, series: series.map((each, place) => (place === index ? next : each)) })
  const average = String(question.moving_average ?? 0)
  return (
    <>
      <h2>{t('insights.say.count')}</h2>
      {series.map((each, index) => (
        <EventLine
          key={index}
          mark={LETTERS[index]}
          pick={each}
          label={t('insights.edit.series', { letter: LETTERS[index] })}
          onChange={(next) => put(index, next)}
          after={<Measure series={each} onChange={(next) => put(index, next)} />}
          onRemove={series.length > 1 ? () => onChange({ ...question, series: series.filter((_, place) => place !== index) }) : undefined}
        />
      ))}
      {series.length < LETTERS.length && (
        <Button variant="ghost" size="small" icon={Plus} onPress={() => onChange({ ...question, series: [...series, { ...ANYTHING, measure: 'events' }] })}>
          {t('insights.edit.addSeries')}
        </Button>
      )}
      <PeriodSentence units={UNITS} value={question.period ?? 'day'} onChange={(period) => onChange({ ...question, period })} />
      <SplitLine
        picks={series}
        split={typeof question.breakdown === 'string' ? { by: question.breakdown } : question.breakdown}
        onChange={(split) => onChange({ ...question, breakdown: split?.by ?? split, formulas: split ? undefined : question.formulas })}
      />
      <More label={t('insights.edit.more')} open={Boolean(question.compare ?? question.moving_average ?? question.formulas?.length)}>
        <Sentence
          text={t('insights.say.compare')}
          parts={{
            compare: (
              <Choice
                label={t('insights.edit.compareWith')}
                options={(['none', 'previous', 'year'] as const).map((value) => ({ value, label: t(`insights.compare.${value}`) }))}
                value={question.compare ?? 'none'}
                onChange={(compare) => onChange({ ...question, compare: compare === 'none' ? undefined : compare })}
              />
            ),
          }}
        />
        <Sentence
          text={t('insights.say.smooth')}
          parts={{
            average: (
              <Choice
                label={t('insights.edit.average')}
                options={[...new Set([...AVERAGES, average])].map((value) => ({
                  value,
                  label: value === '0' ? t('insights.edit.none') : t('insights.edit.periods', { count: Number(value) }),
                }))}
                value={average}
                onChange={(next) => onChange({ ...question, moving_average: Number(next) || undefined })}
              />
            ),
          }}
        />
        {!question.breakdown && <Formulas question={question} onChange={onChange} />}
      </More>
    </>
  )
}

/** How events of a series become a number. */
export function Measure({ series, onChange }: { series: Series; onChange: (series: Series) => void }) {
  const { t } = useTranslation()
  const measure = (series.measure ?? 'events') as (typeof MEASURES)[number]
  return (
    <>
      <Choice
        label={t('insights.edit.measure')}
        options={MEASURES.map((value) => ({ value, label: t(`insights.measure.${value}`) }))}
        value={measure}
        onChange={(next) => onChange({ ...series, measure: next, path: OF_VALUES.has(next) ? series.path : undefined })}
      />
      {OF_VALUES.has(measure) && (
        <PathFinder
          label={t('insights.edit.ofProperty')}
          picks={[series]}
          value={series.path}
          onChange={(path) => onChange({ ...series, path })}
          placeholder={t('insights.edit.ofProperty')}
          numeric
          required
        />
      )}
    </>
  )
}

function Formulas({ question, onChange }: Props) {
  const { t } = useTranslation()
  const formulas = question.formulas ?? []
  const put = (next: string[]) => onChange({ ...question, formulas: next })
  return (
    <div className={css.group}>
      {formulas.map((formula, index) => (
        <div key={index} className={css.sentence}>
          <span>{t('insights.edit.formula')}</span>
          <TypedChip
            label={t('insights.edit.formulaNumber', { number: index + 1 })}
            value={formula}
            placeholder="A / B * 100"
            mono
            onChange={(text) => put(formulas.map((each, place) => (place === index ? text : each)))}
          />
          <IconButton
            icon={X}
            size="small"
            label={t('insights.edit.remove', { name: t('insights.edit.formulaNumber', { number: index + 1 }) })}
            onPress={() => put(formulas.filter((_, place) => place !== index))}
          />
        </div>
      ))}
      <Button variant="ghost" size="small" icon={Plus} onPress={() => put([...formulas, question.series.length > 1 ? 'A / B' : 'A * 1'])}>
        {t('insights.edit.addFormula')}
      </Button>
    </div>
  )
}
