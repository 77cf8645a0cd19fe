import { Copy, ShieldAlert, Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { Tag } from './Tag'

const LOOK = {
  stored: ['good', Check],
  duplicate: ['neutral', Copy],
  quarantined: ['warn', ShieldAlert],
} as const

/** What became of an event. */
export function EventStatus({ status }: { status: keyof typeof LOOK }) {
  const { t } = useTranslation()
  const [tone, icon] = LOOK[status]
  return (
    <Tag tone={tone} icon={icon}>
      {t(`event.status.${status}`)}
    </Tag>
  )
}
