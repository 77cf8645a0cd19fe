import { useTranslation } from 'react-i18next'

import type { ProfileFilter } from '@/api/people'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'

import { FirstEvent } from '../sources/FirstEvent'

/** Nobody fits, or nobody has come yet. */
export function NoProfiles({ filter, onClear }: { filter: ProfileFilter; onClear: () => void }) {
  const { t } = useTranslation()
  if (Object.values(filter).some(Boolean)) {
    return (
      <EmptyState title={t('profiles.none')} action={<Button onPress={onClear}>{t('profiles.clear')}</Button>}>
        <p>{t('profiles.noneHint')}</p>
      </EmptyState>
    )
  }
  return (
    <EmptyState title={t('profiles.empty')}>
      <p>{t('profiles.emptyHint')}</p>
      <FirstEvent />
    </EmptyState>
  )
}
