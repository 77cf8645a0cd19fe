import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CircleUser, Languages, LogOut, Monitor, Moon, Settings, Sun } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { sessionQuery } from '@/api/queries'
import { LANGUAGES } from '@/i18n/language'
import { changeLanguage } from '@/i18n/setup'
import { Menu } from '@/ui/Menu'

import { useTheme } from './theme'

export default function TopMenus() {
  return (
    <>
      <LanguageMenu />
      <ThemeMenu />
      <UserMenu />
    </>
  )
}

function LanguageMenu() {
  const { t, i18n } = useTranslation()
  const entries = LANGUAGES.map(({ id, name }) => ({ id, label: name, onAction: () => void changeLanguage(id) }))
  return (
    <Menu label={t('shell.language')} icon={Languages} groups={[{ entries, selected: i18n.language }]} />
  )
}

const THEMES = [
  { id: 'system', icon: Monitor },
  { id: 'light', icon: Sun },
  { id: 'dark', icon: Moon },
] as const

function ThemeMenu() {
  const { t } = useTranslation()
  const [theme, setTheme] = useTheme()
  const entries = THEMES.map(({ id, icon }) => ({ id, icon, label: t(`shell.theme.${id}`), onAction: () => setTheme(id) }))
  const icon = THEMES.find(({ id }) => id === theme)?.icon ?? Monitor
  return (
    <Menu label={t('shell.theme.title')} icon={icon} groups={[{ entries, selected: theme }]} />
  )
}

function UserMenu() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const user = useQuery(sessionQuery).data?.user
  const signOut = async () => {
    await api.delete('/session')
    queries.clear()
    await navigate({ to: '/login' })
  }
  const entries = [
    { id: 'settings', label: t('settings.title'), icon: Settings, onAction: () => void navigate({ to: '/settings' }) },
    { id: 'out', label: t('shell.signOut'), icon: LogOut, onAction: () => void signOut() },
  ]
  return (
    <Menu label={t('shell.user')} icon={CircleUser} groups={[{ label: user?.email, entries }]} />
  )
}
