import { useTranslation } from 'react-i18next'

import type { Place } from './Editor'
import css from './Sql.module.css'
import type { Suggestion } from './suggest'

interface Props {
  id: string
  items: readonly Suggestion[]
  active: number
  place: Place
  onTake: (index: number) => void
}

/** Rows at once: those around the chosen one. */
const ROWS = 8

/** The list beside the cursor. Focus stays in the text; the mouse may press as well. */
export function Suggestions({ id, items, active, place, onTake }: Props) {
  const { t } = useTranslation()
  const first = Math.max(0, Math.min(active - ROWS + 2, items.length - ROWS))
  return (
    <ul id={`${id}list`} className={css.suggestions} role="listbox" aria-label={t('sql.suggestions')} style={place}>
      {items.slice(first, first + ROWS).map(({ label, kind, note }, row) => (
        <li
          key={`${kind} ${label}`}
          id={`${id}${first + row}`}
          role="option"
          aria-selected={first + row === active}
          aria-setsize={items.length}
          aria-posinset={first + row + 1}
          // Before the text loses focus.
          onMouseDown={(event) => {
            event.preventDefault()
            onTake(first + row)
          }}
        >
          <span data-colour={kind}>{label}</span>
          <span className={css.note}>{note || t(`sql.is.${kind}`)}</span>
        </li>
      ))}
    </ul>
  )
}
