import { useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { sessionQuery } from '@/api/queries'
import { MayProvider } from '@/ui/may'

import css from './Shell.module.css'
import { Sidebar } from './Sidebar'
import { TopBar } from './TopBar'
import { useShortcuts } from './useShortcuts'

const loadPalette = () => import('./CommandPalette')
const loadHelp = () => import('./KeyboardHelp')
const CommandPalette = lazy(loadPalette)
const KeyboardHelp = lazy(loadHelp)

type Overlay = 'palette' | 'help' | 'menu' | null

const COLLAPSED = 'rapport.sidebar'
const IDLE_MS = 600
const NOTHING: readonly string[] = []

/** What stands around every page of a signed-in reader. */
export function Shell() {
  const { t } = useTranslation()
  const session = useQuery(sessionQuery).data
  const [overlay, setOverlay] = useState<Overlay>(null)
  const [collapsed, setCollapsed] = useState(() => localStorage.getItem(COLLAPSED) === 'collapsed')
  const close = useCallback(() => setOverlay(null), [])
  const palette = useCallback(() => setOverlay('palette'), [])
  const help = useCallback(() => setOverlay('help'), [])
  useShortcuts({ palette, help })
  useEffect(whenIdle, [])
  const toggle = () => {
    localStorage.setItem(COLLAPSED, collapsed ? 'open' : 'collapsed')
    setCollapsed(!collapsed)
  }
  return (
    <MayProvider value={session?.scopes ?? NOTHING}>
      <div className={css.shell} data-collapsed={collapsed || undefined} data-menu={overlay === 'menu' || undefined}>
        <a href="#main" className={css.skip}>
          {t('shell.skip')}
        </a>
        <Sidebar collapsed={collapsed} onToggle={toggle} onNavigate={close} open={overlay === 'menu'} onClose={close} />
        <div className={css.column}>
          <TopBar onPalette={palette} onHelp={help} onMenu={() => setOverlay('menu')} menuOpen={overlay === 'menu'} />
          <main id="main" tabIndex={-1} className={css.main}>
            <Outlet />
          </main>
        </div>
        <Suspense>
          {overlay === 'palette' && <CommandPalette onClose={close} onHelp={help} />}
          {overlay === 'help' && <KeyboardHelp onClose={close} />}
        </Suspense>
      </div>
    </MayProvider>
  )
}

/** Fetches what a key press will open, so that it opens at once. */
function whenIdle(): () => void {
  const timer = setTimeout(() => void Promise.all([loadPalette(), loadHelp()]), IDLE_MS)
  return () => clearTimeout(timer)
}
