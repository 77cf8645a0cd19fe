import { useMemo, useState, type RefObject } from 'react'

import { suggest, type Suggestion } from './suggest'
import type { TableNames } from './tokens'

interface Suggestions {
  items: Suggestion[]
  active: number
  /** Where the word begins that one of them takes the place of. */
  from: number
  /** By Ctrl+Space: also before the first letter. */
  ask: () => void
  typed: (event: Event) => void
  /** The cursor may stand somewhere else now. */
  moved: () => void
  move: (by: number) => void
  close: () => void
}

interface Asked {
  cursor: number
  text: string
  /** By key, not by typing. */
  asked: boolean
}

/** What may stand where somebody types; the list follows typing, and goes when the cursor leaves the word. */
export function useSuggestions(field: RefObject<HTMLTextAreaElement | null>, value: string, tables: readonly TableNames[]): Suggestions {
  const [at, setAt] = useState<Asked>()
  const [active, setActive] = useState(0)
  const found = useMemo(() => (at && at.text === value ? suggest(value, at.cursor, tables, at.asked) : { from: 0, items: [] }), [at, value, tables])
  const start = (asked: boolean) => {
    if (!field.current) return
    setActive(0)
    setAt({ cursor: field.current.selectionEnd, text: field.current.value, asked })
  }
  return {
    ...found,
    active: Math.min(active, Math.max(0, found.items.length - 1)),
    ask: () => start(true),
    typed: (event) => (event instanceof InputEvent && event.inputType.startsWith('insert') && event.inputType !== 'insertFromPaste' && event.data !== null ? start(false) : followed()),
    moved: () => {
      if (at && field.current && field.current.selectionEnd !== at.cursor) setAt(undefined)
    },
    move: (by) => setActive((now) => (now + by + found.items.length) % found.items.length),
    close: () => setAt(undefined),
  }

  /** Letters that are taken away: an open list goes on, a closed one stays closed. */
  function followed(): void {
    if (found.items.length) start(at?.asked ?? false)
    else setAt(undefined)
  }
}
