import type { ReactNode } from 'react'

import { classes } from './classes'
import css from './Figure.module.css'

interface FigureProps {
  value: ReactNode
  /** The number in full, on hover. */
  title?: string
  size?: 'large' | 'medium'
  change?: ReactNode
  /** What the number is of, or against. */
  note?: ReactNode
}

/** One number in large, how it moved, and what puts it into proportion. */
export function Figure({ value, title, size = 'large', change, note }: FigureProps) {
  return (
    <p className={css.figure}>
      <span className={css[size]} title={title}>
        {value}
      </span>
      {change && <> {change}</>}
      {note && (
        <>
          {' '}
          <span className={css.note}>{note}</span>
        </>
      )}
    </p>
  )
}

interface ChangeProps {
  /** Its sign says the way. */
  by: number
  title?: string
  children: ReactNode
}

/** How a number moved; with an arrow, so that colour is not all. */
export function Change({ by, title, children }: ChangeProps) {
  return (
    <span className={classes(css.change, by > 0 ? css.up : by < 0 ? css.down : css.flat)} title={title}>
      <span aria-hidden>{by > 0 ? '▲' : by < 0 ? '▼' : '＝'}</span> <bdi>{children}</bdi>
    </span>
  )
}
