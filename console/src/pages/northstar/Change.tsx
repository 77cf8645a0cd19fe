import { classes } from '@/ui/classes'

import css from './NorthStar.module.css'
import { useNumbers } from './numbers'

/** How a number moved, as a share of what it was; with an arrow, so that colour is not all. */
export function Change({ share, change }: { share: number | null; change: number | null }) {
  const numbers = useNumbers()
  if (change === null) return null
  const way = change > 0 ? css.up : change < 0 ? css.down : css.flat
  return (
    <span className={classes(css.change, way)} title={numbers.change(change)}>
      <span aria-hidden>{change > 0 ? '▲' : change < 0 ? '▼' : '＝'}</span> <bdi>{share === null ? numbers.change(change) : numbers.percentChange(share)}</bdi>
    </span>
  )
}
