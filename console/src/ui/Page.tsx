import { useEffect, type ReactNode } from 'react'

import { classes } from './classes'
import css from './Page.module.css'

interface Props {
  title: string
  /** Stands before the title: the face of a person. */
  before?: ReactNode
  /** One sentence: what the page is for. */
  lead: ReactNode
  /** The one primary action, with at most two quiet ones before it. */
  actions?: ReactNode
  /** One row of filters; their values live in the address. */
  filters?: ReactNode
  /** `fill` makes the page exactly as high as the window, for a table that scrolls itself. */
  height?: 'grow' | 'fill'
  children: ReactNode
}

export function Page({ title, before, lead, actions, filters, height = 'grow', children }: Props) {
  useEffect(() => {
    document.title = `${title} · Rapport`
  }, [title])
  return (
    <div className={classes(css.page, height === 'fill' && css.fill)}>
      <header className={css.header}>
        <div className={classes(css.heading, before !== undefined && css.faced)}>
          {before}
          <h1>
            <bdi>{title}</bdi>
          </h1>
          <p className={css.lead}>{typeof lead === 'string' ? <bdi>{lead}</bdi> : lead}</p>
        </div>
        {actions && <div className={css.actions}>{actions}</div>}
      </header>
      {filters && <div className={css.filters}>{filters}</div>}
      {children}
    </div>
  )
}
