import type { TFunction } from 'i18next'

import type { LiveEvent } from '@/api/types'
import { EVENT_TYPES } from '@/ui/EventType'

/** What to call an event in a list: its own name, else its kind. */
export function eventName(t: TFunction, { event, type }: Pick<LiveEvent, 'event' | 'type'>): string {
  const known = EVENT_TYPES.find((name) => name === type)
  return event || (known ? t(`event.type.${known}`) : type || t('event.unreadable'))
}
