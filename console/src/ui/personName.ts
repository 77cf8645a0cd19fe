import type { TFunction } from 'i18next'

import type { ProfileSummary } from '@/api/types'

/** What to call somebody; a visitor whom nothing names is one. */
export function personName(t: TFunction, { name, known, id }: Pick<ProfileSummary, 'name' | 'known' | 'id'>): string {
  return known ? name || id : t('profiles.nobody')
}
