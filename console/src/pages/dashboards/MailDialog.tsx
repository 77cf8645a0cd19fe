import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Send } from 'lucide-react'
import { useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { EVERY, LANGUAGES, mailingQuery, putSchedule, removeSchedule, sendNow, type Delivery, type Mailing, type Schedule } from '@/api/mailing'
import { Button } from '@/ui/Button'
import { DateTime } from '@/ui/DateTime'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Select } from '@/ui/Select'
import { Skeleton } from '@/ui/Skeleton'
import { Tag } from '@/ui/Tag'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'
import { useFormat } from '@/ui/useFormat'

import css from './Dashboards.module.css'

interface Props {
  board: string
  onClose: () => void
}

/** When a dashboard is sent by e-mail, and to whom. */
export function MailDialog({ board, onClose }: Props) {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(mailingQuery(board))
  if (data) return <Form key={data.schedule ? 'change' : 'new'} board={board} told={data} onClose={onClose} />
  return (
    <Dialog open onClose={onClose} title={t('dashboards.mail.title')}>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton lines={6} />}
    </Dialog>
  )
}

function Form({ board, told, onClose }: Props & { told: Mailing }) {
  const { t, i18n } = useTranslation()
  const format = useFormat()
  const toast = useToast()
  const queries = useQueryClient()
  const [draft, setDraft] = useState(() => told.schedule ?? usual(i18n.language))
  const [to, setTo] = useState(draft.to.join(', '))
  const [asking, setAsking] = useState<'now' | 'stop'>()
  const settle = async (said: string) => {
    await queries.invalidateQueries({ queryKey: mailingQuery(board).queryKey })
    setAsking(undefined)
    toast(said)
  }
  const save = useMutation({
    mutationFn: (schedule: Schedule) => putSchedule(board, schedule),
    onSuccess: ({ schedule }) => {
      // As the server writes it: each address once.
      if (schedule) {
        setDraft(schedule)
        setTo(schedule.to.join(', '))
      }
      return settle(t('dashboards.mail.saved'))
    },
  })
  const now = useMutation({ mutationFn: () => sendNow(board), onSuccess: () => settle(t('dashboards.mail.sending')) })
  const stop = useMutation({ mutationFn: () => removeSchedule(board), onSuccess: () => settle(t('dashboards.mail.stopped')) })
  const addresses = to.split(/[\s,;]+/).filter(Boolean)
  const blocked = !told.schedule && Boolean(told.problem)
  const unsaved = told.schedule !== null && !isSame(told.schedule, { ...draft, to: addresses })
  const count = told.schedule?.to.length ?? 0
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('dashboards.mail.title')}
      actions={
        <>
          {told.schedule && (
            <Button needs="write" onPress={() => setAsking('stop')}>
              {t('dashboards.mail.stop')}
            </Button>
          )}
          {told.schedule && (
            <Button needs="write" icon={Send} rests={unsaved ? t('dashboards.mail.unsaved') : undefined} onPress={() => setAsking('now')}>
              {t('dashboards.mail.now')}
            </Button>
          )}
          <Button
            needs="write"
            variant="primary"
            isPending={save.isPending}
            isDisabled={!addresses.length || blocked}
            onPress={() => save.mutate({ ...draft, to: addresses })}
          >
            {t('dashboards.mail.save')}
          </Button>
        </>
      }
    >
      {save.error && <ErrorState error={save.error} />}
      {blocked && <p className={css.hint}>{t('dashboards.mail.noServer')}</p>}
      <TextField label={t('dashboards.mail.to')} hint={t('dashboards.mail.toHint')} value={to} onChange={setTo} rows={2} isRequired autoFocus />
      <When draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
      <State told={told} />
      {asking === 'now' && (
        <Ask title={t('dashboards.mail.nowTitle')} yes={t('dashboards.mail.now')} doing={now} onClose={() => setAsking(undefined)}>
          {t('dashboards.mail.nowBody', { count, formatted: format.number(count) })}
        </Ask>
      )}
      {asking === 'stop' && (
        <Ask title={t('dashboards.mail.stopTitle')} yes={t('dashboards.mail.stop')} danger doing={stop} onClose={() => setAsking(undefined)}>
          {t('dashboards.mail.stopBody')}
        </Ask>
      )}
    </Dialog>
  )
}

interface AskProps {
  title: string
  yes: string
  danger?: boolean
  doing: { mutate: () => void; isPending: boolean; error: Error | null; reset: () => void }
  onClose: () => void
  children: ReactNode
}

/** Before letters go out, or go out no more. */
function Ask({ title, yes, danger, doing, onClose, children }: AskProps) {
  const { t } = useTranslation()
  const close = () => {
    doing.reset()
    onClose()
  }
  return (
    <Dialog
      open
      onClose={close}
      title={title}
      actions={
        <>
          <Button onPress={close} autoFocus>
            {t('ui.cancel')}
          </Button>
          <Button variant={danger ? 'danger' : 'primary'} isPending={doing.isPending} onPress={() => doing.mutate()}>
            {yes}
          </Button>
        </>
      }
    >
      {doing.error && <ErrorState error={doing.error} />}
      <p>{children}</p>
    </Dialog>
  )
}

function isSame(saved: Schedule, draft: Schedule): boolean {
  return (Object.keys(saved) as (keyof Schedule)[]).every((name) => String(saved[name]) === String(draft[name]))
}

function usual(language: string): Schedule {
  const own = LANGUAGES.find((each) => each === language) ?? 'en'
  return { to: [], every: 'week', hour: 8, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, weekday: 1, day: 1, language: own }
}

const MONDAY = Date.UTC(2024, 0, 1)
const DAY = 86_400_000
const HOUR = 3_600_000

function When({ draft, onChange }: { draft: Schedule; onChange: (change: Partial<Schedule>) => void }) {
  const { t, i18n } = useTranslation()
  const lists = useMemo(() => listsOf(i18n.language, draft.timezone), [i18n.language, draft.timezone])
  return (
    <div className={css.when}>
      <Select
        label={t('dashboards.mail.every')}
        options={EVERY.map((value) => ({ value, label: t(`dashboards.mail.of.${value}`) }))}
        value={draft.every}
        onChange={(every) => onChange({ every: every as Schedule['every'] })}
      />
      {draft.every === 'week' && (
        <Select label={t('dashboards.mail.weekday')} options={lists.weekdays} value={String(draft.weekday)} onChange={(day) => onChange({ weekday: Number(day) })} />
      )}
      {draft.every === 'month' && (
        <Select label={t('dashboards.mail.day')} options={lists.days} value={String(draft.day)} onChange={(day) => onChange({ day: Number(day) })} />
      )}
      <Select label={t('dashboards.mail.hour')} options={lists.hours} value={String(draft.hour)} onChange={(hour) => onChange({ hour: Number(hour) })} />
      <Select label={t('dashboards.mail.zone')} options={lists.zones} value={draft.timezone} onChange={(timezone) => onChange({ timezone })} />
      <Select
        label={t('dashboards.mail.language')}
        options={LANGUAGES.map((value) => ({ value, label: new Intl.DisplayNames(value, { type: 'language' }).of(value) ?? value }))}
        value={draft.language}
        onChange={(language) => onChange({ language: language as Schedule['language'] })}
      />
    </div>
  )
}

function listsOf(language: string, zone: string) {
  const named = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' })
  const [weekday, hour, number] = [named({ weekday: 'long' }), named({ hour: '2-digit', minute: '2-digit' }), new Intl.NumberFormat(language)]
  return {
    weekdays: Array.from({ length: 7 }, (_, day) => ({ value: String(day + 1), label: weekday.format(MONDAY + day * DAY) })),
    days: Array.from({ length: 28 }, (_, day) => ({ value: String(day + 1), label: number.format(day + 1) })),
    hours: Array.from({ length: 24 }, (_, at) => ({ value: String(at), label: hour.format(MONDAY + at * HOUR) })),
    zones: [...new Set([zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].map((value) => ({ value, label: value.replaceAll('_', ' ') })),
  }
}

function State({ told: { schedule, next_at, try_at, problem, deliveries } }: { told: Mailing }) {
  const { t } = useTranslation()
  return (
    <>
      {schedule && problem && (
        <p role="status" className={css.hint}>
          {t('dashboards.mail.failed')} <bdi>{problem}</bdi>
        </p>
      )}
      {(try_at ?? next_at) && (
        <p>
          {t(try_at ? 'dashboards.mail.again' : 'dashboards.mail.next')} <DateTime at={try_at ?? next_at} as="full" />
        </p>
      )}
      {deliveries.length > 0 && (
        <section aria-label={t('dashboards.mail.deliveries')}>
          <h3>{t('dashboards.mail.deliveries')}</h3>
          <ul className={css.deliveries}>
            {deliveries.map((each) => (
              <Sent key={`${each.due} ${each.address}`} told={each} />
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Sent({ told: { address, status, at, detail } }: { told: Delivery }) {
  const { t } = useTranslation()
  return (
    <li>
      <Tag tone={status === 'sent' ? 'good' : 'bad'}>{t(`dashboards.mail.status.${status}`)}</Tag>
      <bdi>{address}</bdi>
      <DateTime at={at} />
      {detail && <span className={css.quiet}>{detail}</span>}
    </li>
  )
}
