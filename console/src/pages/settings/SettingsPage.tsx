import { useTranslation } from 'react-i18next'

import { Page } from '@/ui/Page'

import { ApiKeysCard } from './ApiKeysCard'
import { LookCard } from './LookCard'
import { PasswordCard } from './PasswordCard'

export function SettingsPage() {
  const { t } = useTranslation()
  return (
    <Page title={t('settings.title')} lead={t('settings.lead')}>
      <LookCard />
      <PasswordCard />
      <ApiKeysCard />
    </Page>
  )
}
