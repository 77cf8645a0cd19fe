import { CircleHelp, CircleUser, Languages, Menu as MenuIcon, Monitor, Search, type LucideIcon } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '@/ui/IconButton'
import { Kbd } from '@/ui/Kbd'

import css from './Shell.module.css'

// Menus need positioning and focus code that the first paint does not.
const TopMenus = lazy(() => import('./TopMenus'))

interface Props {
  onPalette: () => void
  onHelp: () => void
  onMenu: () => void
  menuOpen: boolean
}

const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent)

export function TopBar({ onPalette, onHelp, onMenu, menuOpen }: Props) {
  const { t } = useTranslation()
  return (
    <header className={css.bar}>
      <span className={css.menu}>
        <IconButton icon={MenuIcon} label={t('shell.menu')} onPress={onMenu} aria-expanded={menuOpen} aria-controls="sidebar" />
      </span>
      <button type="button" className={css.jump} onClick={onPalette}>
        <Search size={15} aria-hidden />
        <span>{t('shell.jump')}</span>
        <span aria-hidden>
          <Kbd keys={MAC ? '⌘ K' : 'Ctrl K'} />
        </span>
      </button>
      <span className={css.wide}>
        <IconButton icon={CircleHelp} label={t('shell.help')} onPress={onHelp} />
      </span>
      <Suspense fallback={<Waiting />}>
        <TopMenus />
      </Suspense>
    </header>
  )
}

const PLACES: readonly LucideIcon[] = [Languages, Monitor, CircleUser]

function Waiting() {
  return (
    <span className={css.waiting} aria-hidden>
      {PLACES.map((Icon, index) => (
        <Icon key={index} size={16} />
      ))}
    </span>
  )
}
