import { classes } from '@/ui/classes'

import css from './Value.module.css'

interface Props {
  /** From 0 to 1. */
  share: number
  /** The second of two quantities beside each other. */
  second?: boolean
}

/** How much of the whole, beside the number that says it. */
export function Bar({ share, second }: Props) {
  return (
    <span className={classes(css.bar, second && css.second)} aria-hidden>
      <span style={{ inlineSize: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
    </span>
  )
}
