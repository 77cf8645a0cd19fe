import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'

import { PAGES } from './nav'

interface Actions {
  palette: () => void
  help: () => void
}

const CHORD_MS = 1200

/** ⌘K or Ctrl+K palette, `/` search on the page, `?` help, `g` then a letter to jump. */
export function useShortcuts({ palette, help }: Actions): void {
  const navigate = useNavigate()
  useEffect(() => {
    let pressedG = 0
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        palette()
        return
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || hasDialog()) return
      const jump = Date.now() - pressedG < CHORD_MS && PAGES.find((page) => page.jump === event.key)
      pressedG = event.key === 'g' ? Date.now() : 0
      if (jump) void navigate({ to: jump.to })
      else if (event.key === '?') help()
      else if (event.key === '/') {
        event.preventDefault()
        focusSearch(palette)
      } else return
      event.stopPropagation()
    }
    // Captured, because tables swallow letters for typing ahead.
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [navigate, palette, help])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
}

/** Something lies above the page, and keys are for it. */
export function hasDialog(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]') !== null
}

function focusSearch(otherwise: () => void): void {
  const field = document.querySelector<HTMLInputElement>('[data-main-search]')
  if (field) field.focus()
  else otherwise()
}
