import { DateTime } from '@/ui/DateTime'
import { Num } from '@/ui/Num'

import css from './Profile.module.css'

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/
const LONGEST = 400

/** A value as people read it: numbers and instants in their own way, anything else as it is. */
export function TraitValue({ value }: { value: unknown }) {
  if (value === null || value === undefined || value === '') return <span className={css.nothing}>–</span>
  if (typeof value === 'number') return <Num value={value} />
  if (typeof value === 'string') {
    if (INSTANT.test(value) && !Number.isNaN(Date.parse(value))) return <DateTime at={value} as="full" />
    return <bdi className={css.text}>{cut(value)}</bdi>
  }
  return (
    <code dir="ltr" className={css.json}>
      {cut(JSON.stringify(value))}
    </code>
  )
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
