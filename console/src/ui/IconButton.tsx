import type { LucideIcon } from 'lucide-react'

import { classes } from './classes'
import css from './Button.module.css'
import { Denied } from './Denied'
import { denial, useDenied, type Scope } from './may'

interface Props {
  icon: LucideIcon
  /** What it does; read aloud and shown on hover. */
  label: string
  size?: 'normal' | 'small'
  variant?: 'ghost' | 'secondary'
  /** Mirror in right-to-left languages: arrows and chevrons. */
  flip?: boolean
  isDisabled?: boolean
  /** What the reader must be allowed to; else the button rests and says why. */
  needs?: Scope
  onPress?: () => void
  'aria-expanded'?: boolean
  'aria-controls'?: string
  'aria-pressed'?: boolean
}

export function IconButton({ icon: Icon, label, size = 'normal', variant = 'ghost', flip, isDisabled, needs, onPress, ...aria }: Props) {
  const denied = useDenied(needs)
  return (
    <Denied reason={denied}>
      <button
        {...aria}
        {...denial(denied)}
        type="button"
        aria-label={label}
        title={denied ? undefined : label}
        disabled={isDisabled && !denied}
        onClick={denied ? undefined : onPress}
        className={classes(css.button, css[variant], css.square, size === 'small' && css.small)}
      >
        <Icon size={16} aria-hidden className={flip ? 'flip' : undefined} />
      </button>
    </Denied>
  )
}
