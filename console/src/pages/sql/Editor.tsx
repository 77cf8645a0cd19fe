import { useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'

import { put } from './insert'
import css from './Sql.module.css'
import { Suggestions } from './Suggestions'
import { painted, type TableNames } from './tokens'
import { useSuggestions } from './useSuggestions'

interface Props {
  ref: RefObject<HTMLTextAreaElement | null>
  value: string
  onChange: (value: string) => void
  onRun: () => void
  tables: readonly TableNames[]
}

/** Plain text with the same text in colours behind it: everything that a text field can, and names that complete themselves. */
export function Editor({ ref, value, onChange, onRun, tables }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const paint = useRef<HTMLPreElement>(null)
  const [focused, setFocused] = useState(false)
  const list = useSuggestions(ref, value, tables)
  const pieces = useMemo(() => painted(value, tables), [value, tables])
  const open = focused && list.items.length > 0
  const place = useWordPlace(paint, list.from, open)
  const take = (index: number) => {
    const item = list.items[index]
    if (ref.current && item) put(ref.current, item.text, list.from, ref.current.selectionEnd)
    list.close()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (isSubmit(event)) onRun()
    else if (event.key === ' ' && event.ctrlKey) list.ask()
    else if (!open || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return
    else if (event.key === 'ArrowDown') list.move(1)
    else if (event.key === 'ArrowUp') list.move(-1)
    else if (event.key === 'Enter' || event.key === 'Tab') take(list.active)
    else if (event.key === 'Escape') list.close()
    else return
    event.preventDefault()
    event.stopPropagation()
    if (isSubmit(event)) list.close()
  }
  return (
    <div className={css.editor} dir="ltr">
      <div className={css.sheet} onScroll={list.close}>
        <pre ref={paint} className={css.paint} aria-hidden>
          {pieces.map(({ text, colour }, index) =>
            colour === 'plain' ? (
              text
            ) : (
              <span key={index} data-colour={colour}>
                {text}
              </span>
            ),
          )}
          {'\n'}
        </pre>
        <textarea
          ref={ref}
          className={css.text}
          aria-label={t('sql.query')}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={open ? `${id}list` : undefined}
          aria-activedescendant={open ? `${id}${list.active}` : undefined}
          placeholder="SELECT event, count(*) FROM events GROUP BY ALL ORDER BY 2 DESC"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          value={value}
          data-main-search
          onChange={(event) => {
            onChange(event.target.value)
            list.typed(event.nativeEvent)
          }}
          onSelect={list.moved}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          onKeyDown={onKeyDown}
        />
      </div>
      {open && <Suggestions id={id} items={list.items} active={list.active} place={place} onTake={take} />}
      <span role="status" className="hidden-visually">
        {open && t('sql.suggested', { count: list.items.length })}
      </span>
    </div>
  )
}

function isSubmit({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return key === 'Enter' && (ctrlKey || metaKey)
}

export interface Place {
  left: number
  top: number
}

/** Below the word that begins there, in px from the corner of the editor. */
function useWordPlace(paint: RefObject<HTMLPreElement | null>, from: number, open: boolean): Place {
  const [place, setPlace] = useState<Place>({ left: 0, top: 0 })
  useLayoutEffect(() => {
    const frame = paint.current?.parentElement?.parentElement
    const rect = open && paint.current ? rectAt(paint.current, from) : undefined
    if (!frame || !rect) return
    const corner = frame.getBoundingClientRect()
    setPlace({ left: Math.max(0, Math.min(rect.left - corner.left, corner.width - LIST_WIDTH)), top: rect.bottom - corner.top })
  }, [paint, from, open])
  return place
}

/** px, as in the style sheet. */
const LIST_WIDTH = 300

function rectAt(element: HTMLElement, offset: number): DOMRect | undefined {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  let left = offset
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0
    if (left <= length) {
      const range = document.createRange()
      range.setStart(node, left)
      return range.getBoundingClientRect()
    }
    left -= length
  }
  return undefined
}
