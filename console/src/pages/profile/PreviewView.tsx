import { ArrowRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { Preview, Sample } from '@/api/people'
import { Id } from '@/ui/Id'
import { useFormat } from '@/ui/useFormat'

import { kindOf, splitLabel } from './names'
import css from './Preview.module.css'

/** The profiles a decision touches, as they are and as they would be. */
export function PreviewView({ preview }: { preview: Preview }) {
  const { t } = useTranslation()
  const format = useFormat()
  const same = JSON.stringify(preview.before) === JSON.stringify(preview.after)
  return (
    <section aria-label={t('profile.preview.title')} className={css.preview}>
      <div className={css.sides}>
        <Side title={t('profile.preview.before')} samples={preview.before} />
        <ArrowRight size={18} aria-hidden className={`${css.arrow} flip`} />
        <Side title={t('profile.preview.after')} samples={preview.after} />
      </div>
      <p className={css.moved} role="status">
        {same
          ? t('profile.preview.same')
          : t('profile.preview.moved', { count: preview.events_moved, formatted: format.number(preview.events_moved) })}
      </p>
    </section>
  )
}

function Side({ title, samples }: { title: string; samples: readonly Sample[] }) {
  const { t } = useTranslation()
  return (
    <div className={css.side}>
      <h3>{title}</h3>
      {samples.map((sample) => (
        <div key={sample.profile} className={css.profile}>
          <Id>{sample.profile}</Id>
          <ul>
            {sample.identifiers.map((label) => {
              const { type, value } = splitLabel(label)
              return (
                <li key={label}>
                  <span className={css.kind}>{kindOf(t, type)}</span>
                  <Id>{value}</Id>
                </li>
              )
            })}
          </ul>
          {sample.count > sample.identifiers.length && (
            <p className={css.kind}>{t('profile.preview.more', { count: sample.count - sample.identifiers.length })}</p>
          )}
        </div>
      ))}
    </div>
  )
}
