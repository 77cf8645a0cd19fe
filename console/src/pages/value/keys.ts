/** The key, or with a number behind it when it is taken. */
export function freeKey(wanted: string, taken: readonly string[]): string {
  const used = new Set(taken)
  if (!wanted || !used.has(wanted)) return wanted
  let number = 2
  while (used.has(`${wanted}_${number}`)) number += 1
  return `${wanted}_${number}`
}
