import { written } from './tokens'

/** A name as it is put into a query behind `before`: apart from a word that stands there. */
export function piece(before: string, name: string): string {
  return /[^\s(.,]$/.test(before) ? ` ${name}` : name
}

/** The first query about a table, or about one of its columns. */
export function firstQuery(table: string, column?: string): string {
  return `SELECT ${column ? written(column) : '*'} FROM ${written(table)} LIMIT 100`
}

interface Named {
  name: string
}

/** The tables whose name has these letters, and those with such columns, which are shown open. */
export function found<T extends Named & { columns: Named[] }>(tables: T[], text: string): { table: T; open: boolean }[] {
  const wanted = text.trim().toLowerCase()
  const fits = ({ name }: Named) => name.toLowerCase().includes(wanted)
  return tables.flatMap((table) => {
    const open = wanted !== '' && table.columns.some(fits)
    return open || fits(table) ? [{ table, open }] : []
  })
}

/** Puts a text between two places of a field, as if it was typed: it can be undone. */
export function put(field: HTMLTextAreaElement, text: string, from: number, to: number): void {
  field.focus()
  field.setSelectionRange(from, to)
  // The one way that keeps what the browser can undo; it tells the page of it, too.
  if (document.execCommand('insertText', false, text)) return
  field.setRangeText(text, from, to, 'end')
  field.dispatchEvent(new Event('input', { bubbles: true }))
}
