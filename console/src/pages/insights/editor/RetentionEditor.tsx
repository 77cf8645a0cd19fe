import { useTranslation } from 'react-i18next'

import type { RetentionQuestion } from '@/api/insights'

import { Choice } from './Choice'
import { SPANS } from './choices'
import { EventLine } from './EventLine'
import { NumberChip, TypedChip } from './Inputs'
import { More } from './More'
import { PeriodChoice } from './Period'
import { Sentence } from './Sentence'
import { SplitLine } from './SplitLine'

interface Props {
  question: RetentionQuestion
  onChange: (question: RetentionQuestion) => void
}

const MODES = ['first_in_range', 'first_ever', 'recurring'] as const
const MATCHES = ['on', 'on_or_after', 'on_or_before', 'streak'] as const
const CLOCKS = ['calendar', 'rolling'] as const
const CELLS = ['all', 'returned'] as const

export function RetentionEditor({ question, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <>
      <Sentence
        text={t('insights.say.start')}
        parts={{
          mode: (
            <Choice
              label={t('insights.edit.mode')}
              options={MODES.map((value) => ({ value, label: t(`insights.mode.${value}`) }))}
              value={question.mode ?? 'first_in_range'}
              onChange={(mode) => onChange({ ...question, mode })}
            />
          ),
        }}
      />
      <EventLine pick={question.start} label={t('insights.edit.start')} onChange={(start) => onChange({ ...question, start })} />
      <Sentence
        text={t('insights.say.return')}
        parts={{
          match: (
            <Choice
              label={t('insights.edit.match')}
              options={MATCHES.map((value) => ({ value, label: t(`insights.match.${value}`) }))}
              value={question.match ?? 'on'}
              onChange={(match) => onChange({ ...question, match })}
            />
          ),
        }}
      />
      <EventLine pick={question.return} label={t('insights.edit.return')} onChange={(next) => onChange({ ...question, return: next })} />
      <Sentence
        text={t('insights.say.periods')}
        parts={{
          count: (
            <NumberChip
              label={t('insights.edit.periodCount')}
              value={question.periods ?? 12}
              least={1}
              most={60}
              onChange={(periods) => onChange({ ...question, periods })}
            />
          ),
          period: <PeriodChoice units={SPANS} value={question.period ?? 'week'} onChange={(period) => onChange({ ...question, period })} />,
        }}
      />
      <SplitLine split={question.breakdown} onChange={(breakdown) => onChange({ ...question, breakdown })} />
      <More label={t('insights.edit.more')} open={Boolean(question.brackets?.length ?? question.clock ?? question.first_cell ?? question.min_occurrences)}>
        <Sentence
          text={t('insights.say.brackets')}
          parts={{
            brackets: (
              <TypedChip
                label={t('insights.edit.brackets')}
                value={question.brackets?.join(', ') ?? ''}
                placeholder="0, 1-3, 4-7"
                onChange={(text) => onChange({ ...question, brackets: text.split(/[\s,;]+/).filter(Boolean) })}
              />
            ),
          }}
        />
        <Sentence
          text={t('insights.say.clock')}
          parts={{
            clock: (
              <Choice
                label={t('insights.edit.clock')}
                options={CLOCKS.map((value) => ({ value, label: t(`insights.clock.${value}`) }))}
                value={question.clock ?? 'calendar'}
                onChange={(clock) => onChange({ ...question, clock })}
              />
            ),
            cell: (
              <Choice
                label={t('insights.edit.firstCell')}
                options={CELLS.map((value) => ({ value, label: t(`insights.firstCell.${value}`) }))}
                value={question.first_cell ?? 'all'}
                onChange={(first_cell) => onChange({ ...question, first_cell })}
              />
            ),
          }}
        />
        <Sentence
          text={t('insights.say.atLeast')}
          parts={{
            count: (
              <NumberChip
                label={t('insights.edit.occurrences')}
                value={question.min_occurrences ?? 1}
                least={1}
                most={1000}
                onChange={(min_occurrences) => onChange({ ...question, min_occurrences: min_occurrences > 1 ? min_occurrences : undefined })}
              />
            ),
          }}
        />
      </More>
    </>
  )
}
