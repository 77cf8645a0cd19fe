import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { useMay } from '@/ui/may'
import { Page } from '@/ui/Page'
import { Tabs } from '@/ui/Tabs'

import { ApiKeysCard } from './ApiKeysCard'
import { LookCard } from './LookCard'
import { PasswordCard } from './PasswordCard'
import css from './Settings.module.css'
import { UsersPanel } from './users/UsersPanel'

const route = getRouteApi('/shell/settings')

/** What everybody sets for himself; for administrators also keys and users, the latter on a tab of its own. */
export function SettingsPage() {
  const { t } = useTranslation()
  const may = useMay()
  const navigate = route.useNavigate()
  const { tab } = route.useSearch()
  const own = (
    <div className={css.cards}>
      <LookCard />
      <PasswordCard />
      {may('admin') && <ApiKeysCard />}
    </div>
  )
  const tabs = [
    { id: 'own', label: t('settings.own'), content: own },
    { id: 'users', label: t('settings.users.title'), content: <UsersPanel /> },
  ]
  return (
    <Page title={t('settings.title')} lead={t('settings.lead')}>
      {may('admin') ? (
        <Tabs label={t('settings.title')} items={tabs} selected={tab === 'users' ? 'users' : 'own'} onSelect={(id) => void navigate({ search: { tab: id === 'own' ? undefined : id } })} />
      ) : (
        own
      )}
    </Page>
  )
}
