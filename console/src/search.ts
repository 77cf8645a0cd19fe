/**
 * Search parameters of a page as strings: `validateSearch: search({ q: '', open: '' })`.
 * Names that are not listed are dropped, so that links stay clean; all are optional.
 */
export function search<T extends Record<string, string>>(names: T): (raw: Record<string, unknown>) => Partial<T> {
  return (raw) => {
    const found: Record<string, string> = {}
    for (const name of Object.keys(names)) {
      const value = raw[name]
      if (value !== undefined && value !== null && value !== '') found[name] = String(value)
    }
    return found as Partial<T>
  }
}
