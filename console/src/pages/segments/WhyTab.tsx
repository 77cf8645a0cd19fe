import { useInfiniteQuery, useQuery, keepPreviousData } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Building2, Check, Minus, UserRound } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { namedEventsQuery, namedPeopleQuery, whyQuery, type Segment, type Verdict, type WhyMember } from '@/api/audiences'
import { profilesQuery } from '@/api/people'
import { accountsQuery, rowsOf } from '@/api/queries'
import { Avatar } from '@/ui/Avatar'
import { ButtonLink } from '@/ui/ButtonLink'
import { Card, Column, Columns } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { SearchField } from '@/ui/SearchField'
import { Skeleton } from '@/ui/Skeleton'
import { Tag } from '@/ui/Tag'

import { accountName } from '../accounts/accountName'
import { Occasion } from './ChangesTab'
import css from './Segments.module.css'
import { VerdictTree } from './VerdictTree'

const route = getRouteApi('/shell/segments/$key/{-$tab}')

const SHOWN = 6

/** Why anybody is in, or is not: each part of the condition with what decided it. */
export function WhyTab({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const { person = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const [q, setQ] = useState('')
  const ofAccounts = segment.of === 'accounts'
  const choose = (ref: string) => {
    setQ('')
    void navigate({ search: { person: ref }, replace: true })
  }
  return (
    <div className={css.why}>
      <div className={css.finder}>
        <SearchField label={t(ofAccounts ? 'accounts.search' : 'segments.why.search')} value={q} onChange={setQ} main />
        {q.trim() && (ofAccounts ? <FoundAccounts q={q} onChoose={choose} /> : <Found q={q} onChoose={choose} />)}
      </div>
      {person ? <Answer segment={segment} person={person} /> : <EmptyState title={t(ofAccounts ? 'segments.why.noAccount' : 'segments.why.nobody')}>{t(ofAccounts ? 'segments.why.accountHint' : 'segments.why.hint')}</EmptyState>}
    </div>
  )
}

function Found({ q, onChoose }: { q: string; onChoose: (ref: string) => void }) {
  const { t } = useTranslation()
  const list = useInfiniteQuery({ ...profilesQuery({ q }), placeholderData: keepPreviousData })
  const people = rowsOf(list.data).slice(0, SHOWN)
  if (list.isPending) return <Skeleton lines={3} />
  if (people.length === 0) return <p role="status">{t('profiles.none')}</p>
  return (
    <ul className={css.found} aria-label={t('segments.why.found')}>
      {people.map((person) => (
        <li key={person.id}>
          <button type="button" onClick={() => onChoose(person.id)}>
            <Avatar name={person.name} known={person.known} />
            <bdi>{person.known ? person.name || person.id : t('profiles.nobody')}</bdi>
            <span className={css.sampleId}>{person.identifiers.find(({ value }) => value !== person.name)?.value}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function FoundAccounts({ q, onChoose }: { q: string; onChoose: (ref: string) => void }) {
  const { t } = useTranslation()
  const list = useInfiniteQuery({ ...accountsQuery(q), placeholderData: keepPreviousData })
  const accounts = rowsOf(list.data).slice(0, SHOWN)
  if (list.isPending) return <Skeleton lines={3} />
  if (accounts.length === 0) return <p role="status">{t('segments.noAccount')}</p>
  return (
    <ul className={css.found} aria-label={t('accounts.title')}>
      {accounts.map((account) => (
        <li key={account.id}>
          <button type="button" onClick={() => onChoose(account.id)}>
            <bdi>{accountName(account)}</bdi>
            <span className={css.sampleId}>{account.id}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function Answer({ segment, person }: { segment: Segment; person: string }) {
  const { data, error, refetch } = useQuery(whyQuery(segment.key, person))
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={280} />
  return <Told segment={segment} why={data} />
}

function Told({ segment, why }: { segment: Segment; why: WhyMember }) {
  const { t } = useTranslation()
  const ids = [...new Set([...eventsOf(why.verdict), ...why.changes.flatMap(({ reason }) => reason.messages ?? [])])]
  const events = useQuery(namedEventsQuery(ids)).data ?? []
  const name = useQuery(namedPeopleQuery(why.profile ? [why.profile] : [])).data?.get(why.profile ?? '')
  return (
    <Columns>
      <Card
        title={t(why.member ? 'segments.why.in' : 'segments.why.out')}
        note={why.since && <Since at={why.since} />}
        actions={
          why.profile === null ? (
            <ButtonLink to="/accounts" search={{ open: why.account ?? undefined }} size="small" icon={Building2}>
              {why.account}
            </ButtonLink>
          ) : (
            <ButtonLink to="/profiles/$ref/{-$tab}" params={{ ref: why.profile }} size="small" icon={UserRound}>
              {name || t('segments.why.profile')}
            </ButtonLink>
          )
        }
      >
        {why.verdict.holds !== why.member && <p className={css.notice}>{t('segments.why.differs')}</p>}
        <VerdictTree verdict={why.verdict} profile={why.profile} events={events} />
      </Card>
      <Column>
        <Card title={t('segments.why.history')}>
          {why.changes.length === 0 && <p className={css.quiet}>{t('segments.why.noHistory', { name: segment.name })}</p>}
          <ol className={css.past}>
            {why.changes.map((change, index) => (
              <li key={index}>
                <Tag tone={change.entered ? 'good' : 'neutral'} icon={change.entered ? Check : Minus}>
                  {t(change.entered ? 'segments.cameIn' : 'segments.wentOut')}
                </Tag>
                <DateTime at={change.at} />
                <Occasion change={change} events={events} />
              </li>
            ))}
          </ol>
        </Card>
      </Column>
    </Columns>
  )
}

function Since({ at }: { at: string }) {
  const { t } = useTranslation()
  return (
    <>
      {t('segments.why.since')} <DateTime at={at} />
    </>
  )
}

const MOST_EVENTS = 200

function eventsOf(verdict: Verdict): string[] {
  return [...verdict.events, ...verdict.parts.flatMap(eventsOf)].slice(0, MOST_EVENTS)
}
