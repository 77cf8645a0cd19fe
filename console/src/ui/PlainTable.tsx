import { Fragment, type ReactNode } from 'react'

import { classes } from './classes'
import css from './PlainTable.module.css'

export interface PlainColumn<T> {
  id: string
  label: ReactNode
  render: (row: T) => ReactNode
  align?: 'start' | 'end'
  /** Left out on telephones. */
  wideOnly?: boolean
}

interface Props<T> {
  label: string
  columns: readonly PlainColumn<T>[]
  rows: readonly T[]
  rowId: (row: T) => string
  /** A second line under a row that is unfolded. */
  inside?: (row: T) => ReactNode
}

/** A short table inside a card: as high as its rows, with controls in its cells. Long lists use `Table`. */
export function PlainTable<T>({ label, columns, rows, rowId, inside }: Props<T>) {
  const look = (column: PlainColumn<T>) => classes(column.align === 'end' && css.end, column.wideOnly && css.wideOnly)
  return (
    <div className={css.frame} tabIndex={0} role="group" aria-label={label}>
      <table className={css.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={look(column)}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const more = inside?.(row)
            return (
              <Fragment key={rowId(row)}>
                <tr>
                  {columns.map((column, index) => {
                    const Cell = index === 0 ? 'th' : 'td'
                    return (
                      <Cell key={column.id} scope={index === 0 ? 'row' : undefined} className={look(column)}>
                        {column.render(row)}
                      </Cell>
                    )
                  })}
                </tr>
                {more && (
                  <tr className={css.inner}>
                    <td colSpan={columns.length}>{more}</td>
                  </tr>
                )}
              </Fragment>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
