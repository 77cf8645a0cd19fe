import { useTranslation } from 'react-i18next'

import type { ModelCard } from '@/api/value'
import { useFormat } from '@/ui/useFormat'

/** What the server names in English, in the reader's language; what it does not know stays as it is. */
export interface ValueWords {
  model: (name: string, title: string) => string
  purpose: (name: string) => string
  trait: (key: string, meaning: string) => string
  feature: (name: string, meaning: string) => string
  metric: (name: string) => string
  channel: (name: string | null) => string
  note: (note: ModelCard['notes'][number]) => string
}

export function useWords(): ValueWords {
  const { t, i18n } = useTranslation()
  const format = useFormat()
  const known = (key: string): boolean => i18n.exists(key)
  return {
    model: (name, title) => (known(`value.model.${name}.title`) ? t(`value.model.${name as 'rfm'}.title`) : title),
    purpose: (name) => (known(`value.model.${name}.purpose`) ? t(`value.model.${name as 'rfm'}.purpose`) : ''),
    trait: (key, meaning) => (known(`value.trait.${key}`) ? t(`value.trait.${key as 'rfm_class'}`) : meaning),
    feature: (name, meaning) => (known(`value.feature.${name}`) ? t(`value.feature.${name as 'recency'}`) : meaning || name),
    metric: (name) => (known(`value.metric.${name}`) ? t(`value.metric.${name as 'auc'}`) : name),
    note: ({ code, about: { count, people, days, zone }, text }) =>
      code && known(`value.note.${code}`)
        ? t(`value.note.${code as 'time_zones'}`, { people: typeof people === 'number' ? format.number(people) : people, zone, days: typeof days === 'number' ? format.number(days) : days, number: typeof count === 'number' ? format.number(count) : count })
        : text,
    channel: (name) => (name === null ? t('value.attribution.nothing') : known(`value.channel.${name}`) ? t(`value.channel.${name as 'email'}`) : name),
  }
}
