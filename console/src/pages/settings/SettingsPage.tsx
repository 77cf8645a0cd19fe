import { useTranslation } from 'react-i18next'

import { useMay } from '@/ui/may'
import { Page } from '@/ui/Page'

import { ApiKeysCard } from './ApiKeysCard'
import { LookCard } from './LookCard'
import { PasswordCard } from './PasswordCard'

export function SettingsPage() {
  const { t } = useTranslation()
  const may = useMay()
  return (
    <Page title={t('settings.title')} lead={t('settings.lead')}>
      <LookCard />
      <PasswordCard />
      {may('admin') && <ApiKeysCard />}
    </Page>
  )
}
