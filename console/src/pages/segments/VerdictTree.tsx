import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { NamedEvent, Verdict } from '@/api/audiences'
import { isGroup, peel } from '@/conditions/model'
import { useVoice } from '@/conditions/useVoice'
import { heading } from '@/conditions/words'
import { classes } from '@/ui/classes'
import { DateTime } from '@/ui/DateTime'
import { useFormat } from '@/ui/useFormat'

import css from './Segments.module.css'

interface Props {
  verdict: Verdict
  /** Whose events they are; of an account they are not led to. */
  profile: string | null
  events: readonly NamedEvent[]
}

/** Each part of a condition with whether it holds, the value that was found, and the events behind it. */
export function VerdictTree({ verdict, profile, events }: Props) {
  return (
    <ul className={css.tree}>
      <Part verdict={verdict} profile={profile} events={events} />
    </ul>
  )
}

function Part({ verdict, profile, events }: Props) {
  const { t } = useTranslation()
  const voice = useVoice()
  const { holds, condition, parts } = verdict
  const Icon = holds ? CircleCheck : CircleX
  // A `not` says by itself what stands inside of it; its part has the opposite verdict.
  const inside = 'not' in condition ? parts.flatMap((part) => part.parts) : parts
  const shown = 'not' in condition ? { ...verdict, value: parts[0]?.value ?? null, events: parts[0]?.events ?? [] } : verdict
  return (
    <li className={css.part}>
      <div className={css.verdict}>
        <Icon size={16} aria-hidden className={classes(css.mark, holds ? css.yes : css.no)} />
        <span className="hidden-visually">{t(holds ? 'segments.why.holds' : 'segments.why.holdsNot')}</span>
        <span className={css.says}>{heading(voice, condition)}</span>
      </div>
      <Found verdict={shown} />
      <Witnesses ids={shown.events} profile={profile} events={events} />
      {inside.length > 0 && (
        <ul className={css.tree}>
          {inside.map((part, index) => (
            <Part key={index} verdict={part} profile={profile} events={events} />
          ))}
        </ul>
      )}
    </li>
  )
}

function Found({ verdict: { value, condition } }: { verdict: Verdict }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { inner } = peel(condition)
  if (typeof value === 'boolean' || isGroup(inner) || 'segment' in inner) return null
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return <p className={css.value}>{t('segments.why.nothing')}</p>
  const said = (each: unknown) => (typeof each === 'number' ? format.number(each) : typeof each === 'object' ? JSON.stringify(each) : String(each))
  return <p className={css.value}>{t('segments.why.value', { value: Array.isArray(value) ? format.list(value.map(said)) : said(value) })}</p>
}

const SHOWN = 5

function Witnesses({ ids, profile, events }: { ids: readonly string[]; profile: string | null; events: readonly NamedEvent[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (ids.length === 0) return null
  const rest = ids.length - SHOWN
  return (
    <ul className={css.witnesses} aria-label={t('segments.why.events')}>
      {ids.slice(0, SHOWN).map((id) => {
        const event = events.find((each) => each.id === id)
        return (
          <li key={id}>
            {profile === null ? (
              <bdi>{event?.name ?? id}</bdi>
            ) : (
              <Link to="/profiles/$ref/{-$tab}" params={{ ref: profile, tab: 'timeline' }} search={{ open: id }}>
                <bdi>{event?.name ?? id}</bdi>
              </Link>
            )}
            {event && <DateTime at={event.at} as="full" />}
          </li>
        )
      })}
      {rest > 0 && <li className={css.quiet}>{t('segments.why.more', { count: rest, formatted: format.number(rest) })}</li>}
    </ul>
  )
}
