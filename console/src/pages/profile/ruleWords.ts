import type { TFunction } from 'i18next'

import type { Refusal } from '@/api/people'

import { kindOf } from './names'

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

const REFUSALS = ['blocked', 'shared', 'crowded', 'owned', 'not_the_same', 'limit'] as const

/** The rule that kept two identifiers apart; "limit:email" names the kind that is limited. */
export function refusalWords(t: TFunction, { rule, explanation }: Pick<Refusal, 'rule' | 'explanation'>): string {
  const [code, kind = ''] = rule.split(':')
  const known = REFUSALS.find((name) => name === code)
  return known ? t(`profile.refusal.${known}`, { kind: kindOf(t, kind) }) : explanation
}
