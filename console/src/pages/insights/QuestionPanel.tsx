import { Braces, ListTree } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { KINDS, type Kind, type Question } from '@/api/insights'
import { Button } from '@/ui/Button'
import { Select } from '@/ui/Select'
import { Skeleton } from '@/ui/Skeleton'

import { QuestionEditor } from './editor/QuestionEditor'
import css from './Insights.module.css'
import { KIND_ICONS } from './kinds'
import { switched } from './question'

const RawEditor = lazy(() => import('./RawEditor'))

interface Props {
  question: Question
  onChange: (question: Question) => void
}

export function QuestionPanel({ question, onChange }: Props) {
  const { t } = useTranslation()
  const [raw, setRaw] = useState(false)
  const Icon = KIND_ICONS[question.kind]
  return (
    <section className={css.panel} aria-label={t('insights.question')}>
      <header className={css.panelHead}>
        <Icon size={16} aria-hidden />
        <Select
          label={t('insights.kindOf')}
          labelAt="inside"
          options={KINDS.map((kind) => ({ value: kind, label: t(`insights.kind.${kind}`) }))}
          value={question.kind}
          onChange={(kind) => onChange(switched(question, kind as Kind))}
        />
        <span className={css.end}>
          <Button variant="ghost" size="small" icon={raw ? ListTree : Braces} onPress={() => setRaw(!raw)}>
            {t(raw ? 'insights.raw.sentence' : 'insights.raw.title')}
          </Button>
        </span>
      </header>
      <p className={css.about}>{t(`insights.about.${question.kind}`)}</p>
      {raw ? (
        <Suspense fallback={<Skeleton lines={8} />}>
          <RawEditor question={question} onChange={onChange} />
        </Suspense>
      ) : (
        <QuestionEditor key={question.kind} question={question} onChange={onChange} />
      )}
    </section>
  )
}
