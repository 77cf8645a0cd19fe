import { createLink } from '@tanstack/react-router'
import type { LucideIcon } from 'lucide-react'
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react'

import { classes } from './classes'
import css from './Button.module.css'
import { Denied } from './Denied'
import { denial, useDenied, type Scope } from './may'

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  variant?: 'primary' | 'secondary' | 'ghost'
  size?: 'normal' | 'small'
  icon?: LucideIcon
  /** What the reader must be allowed to; else there is no link, but the reason. */
  needs?: Scope
  children?: ReactNode
  ref?: Ref<HTMLAnchorElement>
}

function Anchor({ variant = 'secondary', size = 'normal', icon: Icon, needs, children, className: _unused, ...rest }: Props) {
  const denied = useDenied(needs)
  const look = classes(css.button, css[variant], size === 'small' && css.small)
  const inside = (
    <>
      {Icon && <Icon size={15} aria-hidden className={css.icon} />}
      <span>{children}</span>
    </>
  )
  if (denied) {
    return (
      <Denied reason={denied}>
        <button type="button" {...denial(denied)} className={look}>
          {inside}
        </button>
      </Denied>
    )
  }
  return (
    <a {...rest} className={look}>
      {inside}
    </a>
  )
}

/** A link to another page that looks like a button. Takes the `to`, `params`, `search` of the router. */
export const ButtonLink = createLink(Anchor)
