import {
  AppWindow,
  ArrowLeftRight,
  Building2,
  CircleDot,
  CreditCard,
  Eye,
  Fingerprint,
  Mail,
  MousePointerClick,
  Phone,
  RotateCcw,
  Search,
  ShoppingCart,
  Smartphone,
  Ticket,
  type LucideIcon,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { LiveEvent } from '@/api/types'
import { DateTime } from '@/ui/DateTime'
import { useFormat } from '@/ui/useFormat'

import { eventName } from '../live/eventName'
import { gist } from '../live/gist'
import { byDay, daysBack } from './days'
import css from './Timeline.module.css'

interface Props {
  rows: readonly LiveEvent[]
  onOpen: (event: LiveEvent) => void
}

/** Events under their days, newest first. Each opens. */
export function Timeline({ rows, onOpen }: Props) {
  return (
    <div className={css.days}>
      {byDay(rows).map((day) => (
        <section key={day.at} className={css.day}>
          <h3 className={css.date}>
            <span>
              <DayName at={day.at} />
            </span>
          </h3>
          <ul>
            {day.events.map((event) => (
              <li key={event.message_id}>
                <Entry event={event} onOpen={onOpen} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function DayName({ at }: { at: string }) {
  const { t } = useTranslation()
  const format = useFormat()
  const back = daysBack(at)
  if (back === 0) return t('profile.timeline.today')
  return back === 1 ? t('profile.timeline.yesterday') : format.date(at)
}

function Entry({ event, onOpen }: { event: LiveEvent; onOpen: (event: LiveEvent) => void }) {
  const { t } = useTranslation()
  const [Icon, tone] = lookOf(event)
  return (
    <button type="button" className={css.entry} onClick={() => onOpen(event)}>
      <span className={css.icon} data-tone={tone}>
        <Icon size={14} aria-hidden />
      </span>
      <span className={css.said}>
        <span className={css.name}>
          <bdi>{eventName(t, event)}</bdi>
        </span>
        <bdi className={css.gist}>{gist(t, event)}</bdi>
      </span>
      <span className={css.source}>{event.source}</span>
      <span className={css.time}>
        <DateTime at={event.timestamp} as="time" />
      </span>
    </button>
  )
}

type Tone = 'good' | 'warn' | 'accent' | 'info' | 'plain'

const CALLS: Record<string, [LucideIcon, Tone]> = {
  identify: [Fingerprint, 'accent'],
  page: [AppWindow, 'plain'],
  screen: [Smartphone, 'plain'],
  group: [Building2, 'accent'],
  alias: [ArrowLeftRight, 'accent'],
}

/** By words that shops use for their events; the usual comes last. */
const WORDS: readonly [RegExp, LucideIcon, Tone][] = [
  [/refund|cancel|return|churn|unsub|complain|bounce/i, RotateCcw, 'warn'],
  [/ticket|complaint|support/i, Ticket, 'warn'],
  [/order|purchase|payment|paid|subscri|membership|checkout completed/i, CreditCard, 'good'],
  [/cart|checkout|added|removed/i, ShoppingCart, 'info'],
  [/mail|newsletter|message|sms/i, Mail, 'info'],
  [/call|phone/i, Phone, 'info'],
  [/search/i, Search, 'plain'],
  [/view|impression|seen|open/i, Eye, 'plain'],
  [/click|tap|book|check/i, MousePointerClick, 'plain'],
]

function lookOf({ type, event }: LiveEvent): [LucideIcon, Tone] {
  const call = type && CALLS[type]
  if (call) return call
  const found = WORDS.find(([word]) => word.test(event ?? ''))
  return found ? [found[1], found[2]] : [CircleDot, 'plain']
}
