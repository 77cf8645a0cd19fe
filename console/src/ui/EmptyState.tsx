import type { ReactNode } from 'react'

import css from './State.module.css'

interface Props {
  /** One sentence: what would be here. */
  title: string
  /** How to get it here. */
  children?: ReactNode
  /** The next step as a button. */
  action?: ReactNode
}

export function EmptyState({ title, children, action }: Props) {
  return (
    <div className={css.state}>
      <p className={css.title}>{title}</p>
      {children && <div className={css.body}>{children}</div>}
      {action && <div className={css.action}>{action}</div>}
    </div>
  )
}
