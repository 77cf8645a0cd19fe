import type { ReactNode } from 'react'

import css from './BarList.module.css'
import { useFormat } from './useFormat'

export interface Bar {
  id: string
  label: ReactNode
  value: number
}

interface Props {
  label: string
  bars: readonly Bar[]
}

/** Names with their counts, longest bar first as given; a list, so that it reads as one. */
export function BarList({ label, bars }: Props) {
  const format = useFormat()
  const top = Math.max(...bars.map((bar) => bar.value), 1)
  return (
    <ol className={css.list} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.id} className={css.row}>
          <span className={css.bar} style={{ inlineSize: `${(bar.value / top) * 100}%` }} aria-hidden />
          <span className={css.label}>{bar.label}</span>
          <span className={css.value}>{format.number(bar.value)}</span>
        </li>
      ))}
    </ol>
  )
}
