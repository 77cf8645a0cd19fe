import { createLink } from '@tanstack/react-router'
import type { LucideIcon } from 'lucide-react'
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react'

import { classes } from './classes'
import css from './Button.module.css'

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  variant?: 'primary' | 'secondary' | 'ghost'
  size?: 'normal' | 'small'
  icon?: LucideIcon
  children?: ReactNode
  ref?: Ref<HTMLAnchorElement>
}

function Anchor({ variant = 'secondary', size = 'normal', icon: Icon, children, className: _unused, ...rest }: Props) {
  return (
    <a {...rest} className={classes(css.button, css[variant], size === 'small' && css.small)}>
      {Icon && <Icon size={15} aria-hidden className={css.icon} />}
      <span>{children}</span>
    </a>
  )
}

/** A link to another page that looks like a button. Takes the `to`, `params`, `search` of the router. */
export const ButtonLink = createLink(Anchor)
