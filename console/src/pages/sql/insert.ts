/** A name as it is put into a query behind `before`: apart from a word that stands there. */
export function piece(before: string, name: string): string {
  return /[^\s(.,]$/.test(before) ? ` ${name}` : name
}

/** The first query about a table, or about one of its columns. */
export function firstQuery(table: string, column?: string): string {
  return column ? `SELECT ${column} FROM ${table} LIMIT 100` : `SELECT * FROM ${table} LIMIT 100`
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
