import { Link } from '@tanstack/react-router'
import { Circle, CircleCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { Overview } from '@/api/types'
import { Card } from '@/ui/Card'

import css from './Home.module.css'

const KNOWN = {
  send_event: '/sources',
  identify_customer: '/sources',
  add_source: '/sources',
  create_api_key: '/settings',
  set_password: '/settings',
} as const

type Step = keyof typeof KNOWN

/** The first steps, until all are done. */
export function ChecklistCard({ steps }: { steps: Overview['checklist'] }) {
  const { t } = useTranslation()
  const known = steps.filter((step): step is { key: Step; done: boolean } => step.key in KNOWN)
  const done = known.filter((step) => step.done).length
  if (done === known.length) return null
  return (
    <Card title={t('home.checklist.title')} note={t('home.checklist.progress', { done, all: known.length })}>
      <div className={css.meter} aria-hidden>
        <span style={{ inlineSize: `${(done / known.length) * 100}%` }} />
      </div>
      <ul className={css.steps}>
        {known.map((step) => (
          <li key={step.key} className={css.step} data-done={step.done || undefined}>
            {step.done ? <CircleCheck size={16} aria-hidden /> : <Circle size={16} aria-hidden />}
            <span className="hidden-visually">{t(step.done ? 'home.checklist.done' : 'home.checklist.open')}</span>
            {step.done ? t(`home.checklist.${step.key}`) : <Link to={KNOWN[step.key]}>{t(`home.checklist.${step.key}`)}</Link>}
          </li>
        ))}
      </ul>
    </Card>
  )
}
