import type { FunnelQuestion, Groups } from '@/api/insights'

/** What an answer is split by: a property of events, or people. */
export type Split = Groups & Pick<NonNullable<FunnelQuestion['breakdown']>, 'by' | 'attribution' | 'step'>

/** As a list names it: `property:source`, `trait:city`, `segment:vip`. */
export function chosen(split: Split | undefined): string {
  if (split?.by) return `property:${split.by}`
  if (split?.trait) return `trait:${split.trait}`
  return split?.segments?.length ? `segment:${split.segments[0]}` : ''
}

/** What is typed freely is a property. Of another property, how it is told stays. */
export function splitBy(value: string, before: Split | undefined, limit: number): Split {
  const [, kind = 'property', name = value] = /^(property|trait|segment):(.*)$/s.exec(value) ?? []
  if (kind === 'segment') return withSegment(before?.segments ? before : { segments: [] }, 0, value)
  if (kind === 'trait') return { trait: name, limit }
  return before?.by ? { ...before, by: name } : { by: name }
}

/** Another segment at this place, or one more. */
export function withSegment(split: Split | undefined, place: number, value: string): Split {
  const segments = [...(split?.segments ?? [])]
  segments[place] = value.replace(/^segment:/, '')
  return { segments }
}
