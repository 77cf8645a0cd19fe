import type { ReactNode } from 'react'

import css from './Metric.module.css'

interface Props {
  label: string
  value: ReactNode
  /** What puts the number into proportion: a rate, a change, an age. */
  note?: ReactNode
  chart?: ReactNode
}

/** One number that answers a question, with how it went. Lay several in `Metrics`. */
export function Metric({ label, value, note, chart }: Props) {
  return (
    <div className={css.metric}>
      <dt className={css.label}>{label}</dt>
      <dd className={css.body}>
        <span className={css.value}>{value}</span>
        {note && <span className={css.note}>{note}</span>}
        {chart && <span className={css.chart}>{chart}</span>}
      </dd>
    </div>
  )
}

export function Metrics({ children }: { children: ReactNode }) {
  return <dl className={css.metrics}>{children}</dl>
}
