import { Copy, ShieldAlert, Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { Tag } from './Tag'
import css from './Tag.module.css'

const LOOK = {
  stored: ['neutral', Check],
  duplicate: ['neutral', Copy],
  quarantined: ['warn', ShieldAlert],
} as const

/** What became of an event. The usual is quiet, so that the rest stands out. */
export function EventStatus({ status }: { status: keyof typeof LOOK }) {
  const { t } = useTranslation()
  const [tone, icon] = LOOK[status]
  if (status === 'stored') return <span className={css.calm}>{t('event.status.stored')}</span>
  return (
    <Tag tone={tone} icon={icon}>
      {t(`event.status.${status}`)}
    </Tag>
  )
}
