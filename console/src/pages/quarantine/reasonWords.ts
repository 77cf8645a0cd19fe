import type { TFunction } from 'i18next'

const KNOWN = [
  'bad_json',
  'not_an_object',
  'too_deep',
  'event_too_large',
  'unknown_type',
  'missing_event_name',
  'missing_identity',
  'message_id_too_long',
  'message_id_conflict',
  'invalid_field',
  'processing_error',
] as const

/** A reason by its code: in a word, as a sentence, and what to do. What the server says, for a code of tomorrow. */
export function reasonWords(t: TFunction, { reason, meaning }: { reason: string; meaning: string }) {
  const known = KNOWN.find((code) => code === reason)
  if (!known) return { title: reason, meaning, hint: '' }
  return {
    title: t(`quarantine.reason.${known}.title`),
    meaning: t(`quarantine.reason.${known}.meaning`),
    hint: t(`quarantine.reason.${known}.hint`),
  }
}
