const LONGEST = 80

/** A key out of a name: small letters, digits and `-`; empty when the name has none of these. */
export function keyOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+/g, '').slice(0, LONGEST).replaceAll(/-+$/g, '')
}
