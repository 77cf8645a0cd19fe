import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

import { classes } from './classes'
import css from './Tag.module.css'

export type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad' | 'info'

interface Props {
  tone?: Tone
  icon?: LucideIcon
  /** A dot in the tone's colour before the text. */
  dot?: boolean
  children: ReactNode
}

export function Tag({ tone = 'neutral', icon: Icon, dot, children }: Props) {
  return (
    <span className={classes(css.tag, css[tone])}>
      {dot && <span className={css.dot} aria-hidden />}
      {Icon && <Icon size={12} aria-hidden />}
      {children}
    </span>
  )
}
