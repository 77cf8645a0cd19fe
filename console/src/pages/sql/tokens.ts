import { KEYWORDS } from './lexicon'

export interface Named {
  name: string
}

export interface TableNames extends Named {
  columns: readonly (Named & { type?: string })[]
}

export type TokenKind = 'comment' | 'string' | 'quoted' | 'number' | 'word' | 'space' | 'sign'

export interface Token {
  kind: TokenKind
  text: string
  start: number
}

/** What is not ended yet reaches to the end of the text. */
const PATTERN =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^']|'')*(?:'|$)|\$\$[\s\S]*?(?:\$\$|$))|(?<quoted>"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$))|(?<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<space>\s+)|(?<sign>[\s\S])/gu

/** The pieces of a query in their order, nothing left out. */
export function tokens(text: string): Token[] {
  return Array.from(text.matchAll(PATTERN), (match) => {
    const [kind] = Object.entries(match.groups!).find(([, piece]) => piece !== undefined)!
    return { kind: kind as TokenKind, text: match[0], start: match.index }
  })
}

export type Colour = 'comment' | 'string' | 'number' | 'keyword' | 'function' | 'table' | 'column' | 'plain'

export interface Painted {
  text: string
  colour: Colour
}

/** The same pieces, each with what it is: names are told by the tables that there are. */
export function painted(text: string, tables: readonly TableNames[]): Painted[] {
  const names = new Set(tables.map(({ name }) => name.toLowerCase()))
  const columns = new Set(tables.flatMap((table) => table.columns.map(({ name }) => name.toLowerCase())))
  const found = tokens(text)
  const solid = found.filter(({ kind }) => kind !== 'space' && kind !== 'comment')
  const colours = new Map(solid.map((token, place) => [token, colourOf(token, solid[place - 1]?.text, solid[place + 1]?.text)]))
  return found.map((token) => ({ text: token.text, colour: colours.get(token) ?? (token.kind === 'comment' ? 'comment' : 'plain') }))

  function colourOf({ kind, text: piece }: Token, before: string | undefined, after: string | undefined): Colour {
    if (kind === 'string' || kind === 'number') return kind
    if (kind !== 'word' && kind !== 'quoted') return 'plain'
    const name = bare(piece).toLowerCase()
    const isMember = before === '.'
    if (kind === 'word' && !isMember && KEYWORDS.has(name) && !(after === '(' && CALLED.has(name))) return 'keyword'
    if (kind === 'word' && after === '(') return 'function'
    if (!isMember && names.has(name)) return 'table'
    return columns.has(name) ? 'column' : 'plain'
  }
}

/** Keywords that are functions as well. */
const CALLED = new Set(['cast', 'extract', 'first', 'if', 'left', 'replace', 'right', 'unnest'])

/** A name without its quotes. */
export function bare(name: string): string {
  const quote = name[0]
  return quote === '"' || quote === '`' ? name.slice(1, name.at(-1) === quote && name.length > 1 ? -1 : undefined).replaceAll('""', '"') : name
}

/** A name as it stands in a query: in quotes where it would be read as something else. */
export function written(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && !KEYWORDS.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`
}
