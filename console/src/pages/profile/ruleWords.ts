import type { TFunction } from 'i18next'

const RULES = ['most_recent', 'oldest', 'most_frequent', 'source_priority', 'trust', 'min', 'max', 'longest', 'pinned'] as const

const LOST = [
  'wins',
  'older',
  'newer',
  'less_frequent',
  'lower_priority',
  'lower_trust',
  'larger',
  'smaller',
  'shorter',
  'empty',
  'removed',
  'pinned_over',
] as const

/** The rule that chose a value. */
export function ruleWords(t: TFunction, rule: string): string {
  const known = RULES.find((name) => name === rule)
  return known ? t(`profile.rule.${known}`) : rule
}

/** Why a candidate lost, or that it won. */
export function lostWords(t: TFunction, why: string): string {
  const known = LOST.find((name) => name === why)
  return known ? t(`profile.lost.${known}`) : why
}
