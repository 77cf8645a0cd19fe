/** The settings that the page offers; the others stay as they are. */

export const LISTS = ['orders', 'refunds', 'revenue', 'order_id', 'category'] as const
export const NUMBERS = ['churn_days', 'propensity_days', 'value_months', 'lookback_days'] as const

export type Draft = Record<(typeof LISTS)[number] | (typeof NUMBERS)[number], string>

export function readDraft(settings: Record<string, unknown>): Draft {
  const lists = LISTS.map((name) => [name, [settings[name] ?? []].flat().join(', ')])
  const numbers = NUMBERS.map((name) => [name, String(settings[name] ?? '')])
  return Object.fromEntries([...lists, ...numbers]) as Draft
}

/** undefined while something in it cannot be. */
export function settingsOf(settings: Record<string, unknown>, draft: Draft): Record<string, unknown> | undefined {
  const lists = LISTS.map((name) => [name, words(draft[name])] as const)
  const numbers = NUMBERS.map((name) => [name, Number(draft[name])] as const)
  if (!words(draft.orders).length || numbers.some(([, value]) => !Number.isInteger(value) || value < 1)) return undefined
  return { ...settings, ...Object.fromEntries([...lists, ...numbers]) }
}

function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)
}
