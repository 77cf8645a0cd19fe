import { FUNCTIONS, KEYWORDS } from './lexicon'
import { bare, tokens, written, type TableNames, type Token } from './tokens'

export interface Suggestion {
  label: string
  kind: 'column' | 'table' | 'function' | 'keyword'
  /** Type of a column, and whose it is. */
  note?: string
  /** What stands in the query in the end. */
  text: string
}

export interface Suggested {
  /** Where the word begins that is replaced. */
  from: number
  items: Suggestion[]
}

const MOST = 40
const NONE: Suggested = { from: 0, items: [] }
const BEFORE_TABLES = new Set(['from', 'join', 'describe', 'summarize'])

/** What may stand where the cursor is. Nothing within strings and comments, and nothing before a first letter unless `asked`. */
export function suggest(text: string, cursor: number, tables: readonly TableNames[], asked = false): Suggested {
  const all = tokens(text)
  if (all.some((token) => isClosed(token, cursor))) return NONE
  const before = all.filter(({ kind, start }) => start < cursor && kind !== 'space' && kind !== 'comment')
  const last = before.at(-1)
  const typed = last?.kind === 'word' && last.start + last.text.length >= cursor ? last : undefined
  if (typed) before.pop()
  const prefix = typed ? text.slice(typed.start, cursor) : ''
  const from = typed?.start ?? cursor
  const whole = all.filter(({ kind }) => kind !== 'space' && kind !== 'comment')
  const items = choices(before, sourcesOf(whole, tables), tables, cased(prefix))
  if (!items) return NONE
  if (!prefix && !asked && before.at(-1)?.text !== '.') return NONE
  return { from, items: fitting(items, prefix, asked) }
}

/** In a string or a comment, or behind the digits of a number. */
function isClosed({ kind, text, start }: Token, cursor: number): boolean {
  const end = start + text.length
  if (start >= cursor || end < cursor) return false
  if (kind === 'number') return true
  if (kind === 'comment') return end > cursor || text.startsWith('--') || !text.endsWith('*/')
  return (kind === 'string' || kind === 'quoted') && (end > cursor || text.length < 2 || text.at(-1) !== text[0])
}

interface Source {
  /** As the query calls it. */
  name: string
  /** Undefined for what the query itself defines. */
  table?: TableNames
}

/** Tables that the query reads, by the names that it gives them, and what it defines WITH a name. */
function sourcesOf(whole: readonly Token[], tables: readonly TableNames[]): Source[] {
  const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]))
  return whole.flatMap((token, place): Source[] => {
    if (token.kind !== 'word' && token.kind !== 'quoted') return []
    const name = bare(token.text)
    const [behind, next] = [lower(whole[place + 1]), lower(whole[place + 2])]
    if (behind === 'as' && next === '(') return [{ name }]
    const table = byName.get(name.toLowerCase())
    if (!table || !['from', 'join', ','].includes(lower(whole[place - 1]))) return []
    const alias = whole[behind === 'as' ? place + 2 : place + 1]
    const isNamed = alias?.kind === 'word' && !KEYWORDS.has(lower(alias))
    return [{ name: isNamed ? alias.text : name, table }]
  })
}

/** Undefined where no name can be told. */
function choices(before: readonly Token[], sources: readonly Source[], tables: readonly TableNames[], keyword: (word: string) => string): Suggestion[] | undefined {
  const last = lower(before.at(-1))
  if (last === '.') {
    const owner = bare(before.at(-2)?.text ?? '').toLowerCase()
    const table = sources.find(({ name }) => name.toLowerCase() === owner)?.table ?? tables.find(({ name }) => name.toLowerCase() === owner)
    return table && columnsOf([table])
  }
  const defined = sources.filter(({ table }) => !table).map(({ name }) => name)
  const named = [...defined, ...tables.map(({ name }) => name)].map((label): Suggestion => ({ label, kind: 'table', text: written(label) }))
  if (BEFORE_TABLES.has(last)) return named
  // What a name is given to is new.
  if (last === 'as') return undefined
  const read = [...new Set(sources.flatMap(({ table }) => table ?? []))]
  const aliases = sources.filter(({ name, table }) => table && name !== table.name).map(({ name }): Suggestion => ({ label: name, kind: 'table', text: written(name) }))
  return [
    ...columnsOf(read.length ? read : tables),
    ...aliases,
    ...named,
    ...FUNCTIONS.map((label): Suggestion => ({ label, kind: 'function', text: `${label}(` })),
    ...[...KEYWORDS].map((word): Suggestion => ({ label: keyword(word), kind: 'keyword', text: keyword(word) })),
  ]
}

/** Each name once, with the tables that have it. */
function columnsOf(tables: readonly TableNames[]): Suggestion[] {
  const names = [...new Set(tables.flatMap(({ columns }) => columns.map(({ name }) => name)))]
  return names.map((label) => {
    const found = tables.flatMap(({ name, columns }) => columns.filter((column) => column.name === label).map(({ type }) => ({ name, type })))
    const owners = tables.length > 1 && found.map(({ name }) => name).join(', ')
    return { label, kind: 'column', note: [found[0]?.type?.toLowerCase(), owners].filter(Boolean).join(' · '), text: written(label) }
  })
}

/** Those that begin with it, then those that have it in them; once it is written out, only who asks sees more. */
function fitting(items: readonly Suggestion[], prefix: string, asked: boolean): Suggestion[] {
  const wanted = prefix.toLowerCase()
  const at = (label: string) => label.toLowerCase().indexOf(wanted)
  if (!asked && items.some(({ label }) => label.toLowerCase() === wanted)) return []
  const begin = items.filter(({ label }) => at(label) === 0)
  // `events` before `event_properties`.
  if (wanted) begin.sort((a, b) => (a.kind === 'table' && b.kind === 'table' ? a.label.length - b.label.length : 0))
  const within = wanted.length > 1 ? items.filter(({ label, kind }) => at(label) > 0 && (kind === 'column' || kind === 'table')) : []
  return [...begin, ...within].slice(0, MOST)
}

function cased(prefix: string): (word: string) => string {
  return prefix && prefix === prefix.toLowerCase() ? (word) => word : (word) => word.toUpperCase()
}

function lower(token: Token | undefined): string {
  return token?.text.toLowerCase() ?? ''
}
