import { AppWindow, ArrowLeftRight, Building2, Fingerprint, MousePointerClick, Smartphone, type LucideIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { Tag, type Tone } from './Tag'

export const EVENT_TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const

export type EventTypeName = (typeof EVENT_TYPES)[number]

const LOOK: Record<EventTypeName, [LucideIcon, Tone]> = {
  track: [MousePointerClick, 'neutral'],
  identify: [Fingerprint, 'accent'],
  page: [AppWindow, 'neutral'],
  screen: [Smartphone, 'neutral'],
  group: [Building2, 'neutral'],
  alias: [ArrowLeftRight, 'neutral'],
}

/** The kind of an event as a tag with its icon. */
export function EventType({ type }: { type: string }) {
  const { t } = useTranslation()
  if (!isKnown(type)) return <Tag>{type}</Tag>
  const [icon, tone] = LOOK[type]
  return (
    <Tag tone={tone} icon={icon}>
      {t(`event.type.${type}`)}
    </Tag>
  )
}

function isKnown(type: string): type is EventTypeName {
  return type in LOOK
}
