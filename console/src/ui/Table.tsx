import { ArrowDown, ArrowUp, Check, Minus } from 'lucide-react'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { Checkbox } from 'react-aria-components/Checkbox'
import {
  Cell,
  Collection,
  Column,
  ResizableTableContainer,
  Row,
  Table as AriaTable,
  TableBody,
  TableHeader,
  TableLoadMoreItem,
  type SortDescriptor,
} from 'react-aria-components/Table'
import { TableLayout, Virtualizer } from 'react-aria-components/Virtualizer'

import { classes } from './classes'
import { Skeleton } from './Skeleton'
import css from './Table.module.css'

export interface TableColumn<T> {
  id: string
  label: string
  render: (row: T) => ReactNode
  /** Share of the width that is left, e.g. `2` for `2fr`; px when over 20. */
  width?: number
  minWidth?: number
  /** Numbers stand at the end of their column. */
  align?: 'start' | 'end'
  sortable?: boolean
  /** Left out when the window is narrower than this, in px. */
  from?: number
}

/** Ids of the chosen rows, or `all` there are, also those that are not loaded yet. */
export type Chosen = 'all' | ReadonlySet<string>

interface Props<T> {
  label: string
  columns: readonly TableColumn<T>[]
  rows: readonly T[]
  rowId: (row: T) => string
  /** Names the row when typing ahead and for screen readers; the first column's text otherwise. */
  rowText?: (row: T) => string
  /** Enter, click or tap. */
  onOpen?: (row: T) => void
  /** With `onChoose`, rows can be chosen by checkboxes (Space). */
  chosen?: Chosen
  onChoose?: (chosen: Chosen) => void
  /** Reads what the checkbox above all rows is for. */
  chooseAll?: string
  sort?: SortDescriptor
  onSort?: (sort: SortDescriptor) => void
  /** Called when the end comes into view; leave out when everything is there. */
  onMore?: () => void
  loadingMore?: boolean
  /** Shown instead of rows. */
  empty?: ReactNode
  rowHeight?: number
  /** Height of the whole table: as high as its rows up to `max`, or filling its parent. */
  height?: 'fill' | { max: number }
}

const HEAD_PX = 34
const CHOICE_PX = 40
const CHOICE = 'choice'
const PIXELS_FROM = 20
const ROW = 'row:'

/** Virtualised rows under a header that stays. Arrow keys move, Enter opens. */
export function Table<T extends object>(props: Props<T>) {
  const { label, rows, rowId, rowText, onOpen, sort, onSort, onMore, loadingMore, rowHeight = 40, height = 'fill' } = props
  const { chosen = NONE, onChoose, chooseAll } = props
  const width = useWindowWidth()
  const columns = useMemo(() => {
    const fitting = props.columns.filter((column) => !column.from || width >= column.from)
    const choice: TableColumn<T> = { id: CHOICE, label: chooseAll ?? '', width: CHOICE_PX, minWidth: CHOICE_PX, render: () => null }
    return onChoose ? [choice, ...fitting] : fitting
  }, [props.columns, width, chooseAll, Boolean(onChoose)])
  const header = columns[onChoose ? 1 : 0]?.id
  if (rows.length === 0 && props.empty) return <div className={css.frame}>{props.empty}</div>
  const natural = HEAD_PX + (rows.length + (onMore ? 1 : 0)) * rowHeight + 2
  const size = height === 'fill' ? { maxBlockSize: natural } : { blockSize: Math.min(natural, height.max) }
  return (
    <ResizableTableContainer className={classes(css.frame, height === 'fill' && css.fill)} style={size}>
      <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight, headingHeight: HEAD_PX }}>
        <AriaTable
          aria-label={label}
          className={css.table}
          sortDescriptor={sort}
          onSortChange={onSort}
          selectionMode={onChoose ? 'multiple' : 'none'}
          selectionBehavior="toggle"
          selectedKeys={chosen === 'all' ? 'all' : [...chosen].map(keyOf)}
          onSelectionChange={(keys) => onChoose?.(keys === 'all' ? 'all' : new Set([...keys].map((key) => idOf(String(key)))))}
          onRowAction={onOpen && ((key) => open(rows, rowId, onOpen, String(key)))}
        >
          <TableHeader columns={columns} className={css.head}>
            {(column) => (
              <Column
                id={column.id}
                isRowHeader={column.id === header}
                allowsSorting={column.sortable}
                width={widthOf(column.width)}
                minWidth={column.minWidth ?? 90}
                className={classes(css.column, column.align === 'end' && css.end, column.id === CHOICE && css.choice)}
              >
                {({ sortDirection }) => column.id === CHOICE ? <Choice label={column.label} /> : (
                  <span className={css.columnText}>
                    {column.label}
                    {sortDirection === 'ascending' && <ArrowUp size={12} aria-hidden />}
                    {sortDirection === 'descending' && <ArrowDown size={12} aria-hidden />}
                  </span>
                )}
              </Column>
            )}
          </TableHeader>
          <TableBody>
            <Collection items={rows} dependencies={[columns]}>
              {(row) => (
                <Row id={keyOf(rowId(row))} textValue={rowText?.(row)} columns={columns} className={classes(css.row, onOpen && css.opens)}>
                  {(column) => (
                    <Cell className={classes(css.cell, column.align === 'end' && css.end, column.id === CHOICE && css.choice)}>
                      {column.id === CHOICE ? (
                        <Choice />
                      ) : (
                        <div className={css.clip} dir="auto">
                          {column.render(row)}
                        </div>
                      )}
                    </Cell>
                  )}
                </Row>
              )}
            </Collection>
            {onMore && (
              <TableLoadMoreItem onLoadMore={onMore} isLoading={loadingMore} className={css.more}>
                <Skeleton lines={1} />
              </TableLoadMoreItem>
            )}
          </TableBody>
        </AriaTable>
      </Virtualizer>
    </ResizableTableContainer>
  )
}

const NONE: Chosen = new Set()

/** The box in front of a row, or of all: which one it is, the table knows. */
function Choice({ label }: { label?: string }) {
  return (
    <Checkbox slot="selection" aria-label={label} className={css.box}>
      {({ isSelected, isIndeterminate }) => (
        <span className={css.tick} aria-hidden>
          {isIndeterminate ? <Minus size={12} /> : isSelected && <Check size={12} />}
        </span>
      )}
    </Checkbox>
  )
}

function open<T>(rows: readonly T[], rowId: (row: T) => string, onOpen: (row: T) => void, key: string) {
  const row = rows.find((candidate) => keyOf(rowId(candidate)) === key)
  if (row) onOpen(row)
}

/** Rows and columns share one space of keys; a row must not be taken for a column. */
function keyOf(id: string): string {
  return `${ROW}${id}`
}

function idOf(key: string): string {
  return key.slice(ROW.length)
}

function widthOf(width = 1): number | `${number}fr` {
  return width > PIXELS_FROM ? width : `${width}fr`
}

function useWindowWidth(): number {
  const [width, setWidth] = useState(() => window.innerWidth)
  useEffect(() => {
    const update = () => setWidth(window.innerWidth)
    window.addEventListener('resize', update)
    return () => window.removeEventListener('resize', update)
  }, [])
  return width
}
