import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

import { classes } from './classes'
import css from './Button.module.css'
import { Denied } from './Denied'
import { denial, useDenied, type Scope } from './may'

export interface ButtonProps {
  /** `primary` at most once a page; `danger` only inside a dialog that says what it changes. */
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger'
  size?: 'normal' | 'small'
  icon?: LucideIcon
  /** The icon points along the text, and turns around with it. */
  flip?: boolean
  type?: 'button' | 'submit'
  /** Keeps its place and focus, but does nothing while work is under way. */
  isPending?: boolean
  isDisabled?: boolean
  /** What the reader must be allowed to; else the button rests and says why. */
  needs?: Scope
  /** Why it rests although the reader may use it. */
  rests?: string
  autoFocus?: boolean
  /** Whether that which it folds is open. */
  expanded?: boolean
  onPress?: () => void
  children: ReactNode
}

/** A plain `<button>`; what opens a menu is `Menu`, what leads to a page is `ButtonLink`. */
export function Button(props: ButtonProps) {
  const { variant = 'secondary', size = 'normal', icon: Icon, type = 'button', isPending, isDisabled, onPress } = props
  const denied = useDenied(props.needs) ?? props.rests
  return (
    <Denied reason={denied}>
      <button
        {...denial(denied)}
        type={isPending || denied ? 'button' : type}
        className={classes(css.button, css[variant], size === 'small' && css.small)}
        disabled={isDisabled && !denied}
        aria-expanded={props.expanded}
        aria-busy={isPending || undefined}
        autoFocus={props.autoFocus}
        onClick={isPending || denied ? undefined : onPress}
      >
        {Icon && <Icon size={15} aria-hidden className={classes(css.icon, props.flip && 'flip')} />}
        <span className={css.text}>{props.children}</span>
      </button>
    </Denied>
  )
}
