/** A sentence of a catalogue with places for controls: the language decides about their order. */
export type Piece = { text: string } | { slot: string }

const MARK = '\u0000'

/** Values that keep the places of a text: `t(key, marks('event', 'during'))`. */
export function marks<T extends string>(...names: T[]): Record<T, string> {
  return Object.fromEntries(names.map((name) => [name, `${MARK}${name}${MARK}`])) as Record<T, string>
}

export function pieces(text: string): Piece[] {
  return text
    .split(MARK)
    .map((part, index) => (index % 2 ? { slot: part } : { text: part.trim() }))
    .filter((piece) => !('text' in piece) || piece.text !== '')
}

/** Joins words where some places stayed empty. */
export function tidy(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/ ([,.;،])/g, '$1').trim()
}
