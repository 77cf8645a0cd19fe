import { classes } from '@/ui/classes'

import css from './Value.module.css'

interface Props {
  /** From 0 to 1. */
  share: number
  /** The second of two quantities beside each other; or a rest that is not to be compared. */
  look?: 'second' | 'rest'
}

/** How much of the whole, beside the number that says it. */
export function Bar({ share, look }: Props) {
  return (
    <span className={classes(css.bar, look && css[look])} aria-hidden>
      <span style={{ inlineSize: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
    </span>
  )
}
