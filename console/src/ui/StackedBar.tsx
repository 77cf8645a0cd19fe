import type { ReactNode } from 'react'

import { classes } from './classes'
import css from './StackedBar.module.css'
import { useFormat } from './useFormat'

export interface Part {
  id: string
  label: string
  value: number
  /** A colour token, e.g. `var(--chart-1)`. */
  color: string
  /** Hatched, so that it differs by more than colour. */
  hatched?: boolean
}

interface Props {
  label: string
  parts: readonly Part[]
  /** Wraps the label of a part, e.g. in a link to the list behind it. */
  link?: (part: Part, content: ReactNode) => ReactNode
}

/** How one whole divides, as one bar and a legend that is also its table. */
export function StackedBar({ label, parts, link = (_part, content) => content }: Props) {
  const format = useFormat()
  const total = parts.reduce((sum, part) => sum + part.value, 0)
  return (
    <figure className={css.figure} aria-label={label}>
      <div className={css.bar} aria-hidden>
        {parts
          .filter((part) => part.value > 0)
          .map((part) => (
            <span
              key={part.id}
              className={classes(css.part, part.hatched && css.hatched)}
              style={{ flexGrow: part.value, backgroundColor: part.color }}
            />
          ))}
      </div>
      <dl className={css.legend}>
        {parts.map((part) => (
          <div key={part.id} className={css.entry} data-zero={part.value === 0 || undefined}>
            <dt className={css.name}>
              <span className={classes(css.swatch, part.hatched && css.hatched)} style={{ backgroundColor: part.color }} aria-hidden />
              {link(part, part.label)}
            </dt>
            <dd className={css.value}>
              <span className={css.count}>{format.number(part.value)}</span>
              <span className={css.share}>{total > 0 ? format.percent(part.value / total) : '–'}</span>
            </dd>
          </div>
        ))}
      </dl>
    </figure>
  )
}
