/** Paths into events, as people like to see them: `properties.total` is "total". */

export const FIELDS = ['timestamp', 'source', 'brand', 'region', 'channel', 'type', 'event', 'message_id'] as const

const HELD = /^(properties|traits|context)\./

export function shortPath(path: string): string {
  const inner = path.replace(/^properties\./, '')
  return longPath(inner) === path ? inner : path
}

/** The opposite of `shortPath`. */
export function longPath(text: string): string {
  const path = text.trim()
  if (!path || HELD.test(path) || (FIELDS as readonly string[]).includes(path)) return path
  return `properties.${path}`
}

/** Paths of what a property holds, seen in examples: a list of objects has paths into each. */
export function innerPaths(name: string, examples: readonly unknown[]): string[] {
  const example = examples.map(parsed).find((each) => typeof each === 'object' && each !== null)
  if (example === undefined) return [name]
  const [inside, front] = Array.isArray(example) ? [example[0] as unknown, `${name}[]`] : [example, name]
  if (typeof inside !== 'object' || inside === null) return [front]
  return Object.keys(inside).map((key) => `${front}.${key}`)
}

/** Values seen under a path. */
export function valuesAt(path: string, properties: readonly { name: string; examples: unknown[] }[]): string[] {
  const [name = '', ...rest] = shortPath(path).split('.')
  const found = properties.find((property) => property.name === name.replace('[]', ''))
  const values = (found?.examples ?? []).map(parsed).flatMap((value) => inside(value, rest))
  return [...new Set(values.filter((value) => ['string', 'number', 'boolean'].includes(typeof value)).map(String))]
}

function inside(value: unknown, keys: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => inside(each, keys))
  const [key, ...rest] = keys
  if (key === undefined) return [value]
  if (typeof value !== 'object' || value === null) return []
  return inside((value as Record<string, unknown>)[key.replace('[]', '')], rest)
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}
