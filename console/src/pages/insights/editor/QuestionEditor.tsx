import { useTranslation } from 'react-i18next'

import type { Question } from '@/api/insights'

import { ActivityEditor } from './ActivityEditor'
import { AttributionEditor } from './AttributionEditor'
import css from './Editor.module.css'
import { FunnelEditor } from './FunnelEditor'
import { PathsEditor } from './PathsEditor'
import { RetentionEditor } from './RetentionEditor'
import { RevenueEditor } from './RevenueEditor'
import { ScopeEditor } from './ScopeEditor'
import { TrendsEditor } from './TrendsEditor'

interface Props {
  question: Question
  onChange: (question: Question) => void
}

/** The question as a sentence that one edits. */
export function QuestionEditor({ question, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <div className={css.editor}>
      <section className={css.section} aria-label={t('insights.edit.what')}>
        <ByKind question={question} onChange={onChange} />
      </section>
      <section className={css.section} aria-label={t('insights.edit.whoAndWhen')}>
        <h2>{t('insights.edit.whoAndWhen')}</h2>
        <ScopeEditor question={question} onChange={(change) => onChange({ ...question, ...change })} />
      </section>
    </div>
  )
}

function ByKind({ question, onChange }: Props) {
  switch (question.kind) {
    case 'trends':
      return <TrendsEditor question={question} onChange={onChange} />
    case 'funnel':
      return <FunnelEditor question={question} onChange={onChange} />
    case 'retention':
      return <RetentionEditor question={question} onChange={onChange} />
    case 'paths':
      return <PathsEditor question={question} onChange={onChange} />
    case 'revenue':
      return <RevenueEditor question={question} onChange={onChange} />
    case 'attribution':
      return <AttributionEditor question={question} onChange={onChange} />
    default:
      return <ActivityEditor question={question} onChange={onChange} />
  }
}
