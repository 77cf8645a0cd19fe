import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const STORED = 'rapport.theme'
const CHANGED = 'rapport:theme'

export function readTheme(): Theme {
  const stored = localStorage.getItem(STORED)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

/** Shows a theme and remembers it on this device; `system` follows the device. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') {
    localStorage.removeItem(STORED)
    delete document.documentElement.dataset.theme
  } else {
    localStorage.setItem(STORED, theme)
    document.documentElement.dataset.theme = theme
  }
  window.dispatchEvent(new Event(CHANGED))
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(subscribe, readTheme), applyTheme]
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener(CHANGED, onChange)
  return () => window.removeEventListener(CHANGED, onChange)
}
