import { useId, type ReactNode } from 'react'

import css from './Page.module.css'

interface Props {
  title: string
  note?: ReactNode
  actions?: ReactNode
  /** Without padding, for lists and tables that reach the edge. */
  flush?: boolean
  children: ReactNode
}

/** One block of a page under its own heading. */
export function Card({ title, note, actions, flush, children }: Props) {
  const id = useId()
  return (
    <section className={css.card} aria-labelledby={id}>
      <header className={css.cardHeader}>
        <h2 id={id}>{title}</h2>
        {note && <span className={css.cardNote}>{note}</span>}
        {actions && <span className={css.cardActions}>{actions}</span>}
      </header>
      <div className={flush ? undefined : css.cardBody}>{children}</div>
    </section>
  )
}

/** A wide and a narrow column that fall under each other on small screens. */
export function Columns({ children }: { children: ReactNode }) {
  return <div className={css.columns}>{children}</div>
}

export function Column({ children }: { children: ReactNode }) {
  return <div className={css.column}>{children}</div>
}

/** Names with their values, as a definition list. */
export function Facts({ items }: { items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={css.facts}>
      {items.map(([name, value]) => (
        <FactRow key={name} name={name} value={value} />
      ))}
    </dl>
  )
}

function FactRow({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}
