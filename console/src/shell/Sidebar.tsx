import { Link } from '@tanstack/react-router'
import { PanelLeftClose, PanelLeftOpen, X } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '@/ui/IconButton'

import { NAV, type NavGroup } from './nav'
import css from './Sidebar.module.css'

interface Props {
  /** Icons only. */
  collapsed: boolean
  onToggle: () => void
  /** Small screens: lies over the page while open. */
  open: boolean
  onClose: () => void
  onNavigate: () => void
}

export function Sidebar({ collapsed, onToggle, open, onClose, onNavigate }: Props) {
  const { t } = useTranslation()
  useEscape(open, onClose)
  return (
    <>
      {open && <div className={css.scrim} onClick={onClose} aria-hidden />}
      <aside className={css.side} id="sidebar">
        <div className={css.brand}>
          <Link to="/" className={css.logo} aria-label="Rapport" onClick={onNavigate}>
            <img src="/mark.svg" alt="" width={22} height={22} />
            <span className={css.name}>Rapport</span>
          </Link>
          <span className={css.close}>
            <IconButton icon={X} label={t('ui.close')} size="small" onPress={onClose} />
          </span>
        </div>
        <nav aria-label={t('shell.navigation')} className={css.nav}>
          {NAV.map((group, index) => (
            <Group key={index} group={group} collapsed={collapsed} onNavigate={onNavigate} />
          ))}
        </nav>
        <div className={css.foot}>
          <IconButton
            icon={collapsed ? PanelLeftOpen : PanelLeftClose}
            flip
            label={collapsed ? t('shell.expand') : t('shell.collapse')}
            size="small"
            onPress={onToggle}
          />
        </div>
      </aside>
    </>
  )
}

function Group({ group, collapsed, onNavigate }: { group: NavGroup; collapsed: boolean; onNavigate: () => void }) {
  const { t } = useTranslation()
  return (
    <div className={css.group}>
      {group.title && <p className={css.title}>{t(group.title)}</p>}
      <ul>
        {group.pages.map(({ to, title, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className={css.link}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              title={collapsed ? t(title) : undefined}
              onClick={onNavigate}
            >
              <Icon size={16} aria-hidden />
              <span className={css.label}>{t(title)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}

function useEscape(active: boolean, onEscape: () => void): void {
  useEffect(() => {
    if (!active) return
    document.querySelector<HTMLElement>('#sidebar a')?.focus()
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && onEscape()
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [active, onEscape])
}
