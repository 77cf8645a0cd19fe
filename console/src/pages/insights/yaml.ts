import { parse, stringify } from 'yaml'

import type { Question } from '@/api/insights'

import { fromData, trimmed } from './question'

/** As `rapport insight --file` takes it. */
export function toYaml(question: Question): string {
  return stringify(trimmed(question), { lineWidth: 0 })
}

/** A question written as YAML or JSON; throws an `Error` that says where it cannot be read. */
export function readYaml(text: string): Question {
  const question = fromData(parse(text, { maxAliasCount: 0 }))
  if (!question) throw new Error('kind')
  return question
}
