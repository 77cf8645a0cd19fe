import type { LucideIcon } from 'lucide-react'

import { classes } from './classes'
import css from './Button.module.css'

interface Props {
  icon: LucideIcon
  /** What it does; read aloud and shown on hover. */
  label: string
  size?: 'normal' | 'small'
  variant?: 'ghost' | 'secondary'
  /** Mirror in right-to-left languages: arrows and chevrons. */
  flip?: boolean
  isDisabled?: boolean
  onPress?: () => void
  'aria-expanded'?: boolean
  'aria-controls'?: string
  'aria-pressed'?: boolean
}

export function IconButton({ icon: Icon, label, size = 'normal', variant = 'ghost', flip, isDisabled, onPress, ...aria }: Props) {
  return (
    <button
      {...aria}
      type="button"
      aria-label={label}
      title={label}
      disabled={isDisabled}
      onClick={onPress}
      className={classes(css.button, css[variant], css.square, size === 'small' && css.small)}
    >
      <Icon size={16} aria-hidden className={flip ? 'flip' : undefined} />
    </button>
  )
}
