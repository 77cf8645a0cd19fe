import { useTranslation } from 'react-i18next'

import { Button } from '@/ui/Button'
import { ButtonLink } from '@/ui/ButtonLink'
import { EmptyState } from '@/ui/EmptyState'

/** Good news, or nothing that fits. */
export function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const { t } = useTranslation()
  if (filtered) return <EmptyState title={t('quarantine.none')} action={<Button onPress={onClear}>{t('profiles.clear')}</Button>} />
  return (
    <EmptyState title={t('quarantine.empty')} action={<ButtonLink to="/live">{t('events.watch')}</ButtonLink>}>
      <p>{t('quarantine.emptyHint')}</p>
    </EmptyState>
  )
}
