/** A value as one edits it: a text as it is, anything else as JSON. */
export function toText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * The value that somebody typed, of the kind that was there before: "42" stays a text where a text
 * was, and becomes a number where a number was. What is no JSON is a text.
 */
export function fromText(text: string, before: unknown): unknown {
  if (typeof before === 'string') return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
