import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { segmentPreviewQuery } from '@/api/audiences'
import { overviewQuery } from '@/api/queries'
import type { AccountSummary, ProfileSummary } from '@/api/types'
import { useErrorWords } from '@/api/useErrorWords'
import { nodeError, type NodeError } from '@/conditions/errors'
import { isCondition, isUnfinished } from '@/conditions/model'
import { Avatar } from '@/ui/Avatar'
import { Card } from '@/ui/Card'
import { Figure } from '@/ui/Figure'
import { PersonLink } from '@/ui/PersonLine'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'
import { useRested } from '@/ui/useRested'

import { accountName } from '../accounts/accountName'
import css from './Segments.module.css'

const REST_MS = 400

/** What the server says about a condition once one rests: how many, who, or what is wrong and where. */
export function usePreview(when: unknown, of: string) {
  const settled = useRested(when, REST_MS)
  const unfinished = isCondition(settled) && isUnfinished(settled)
  const query = useQuery({ ...segmentPreviewQuery(settled, of), enabled: !unfinished, placeholderData: keepPreviousData })
  const moving = settled !== when || query.isFetching
  const refused: NodeError | undefined = query.error && !moving && !unfinished ? nodeError(query.error) : undefined
  return { data: unfinished ? undefined : query.data, error: unfinished ? null : query.error, unfinished, moving, refused }
}

/** How many there would be, and some of them, while one still writes. */
export function LivePreview({ preview, of }: { preview: ReturnType<typeof usePreview>; of: string }) {
  const { t } = useTranslation()
  const { data, error, unfinished, moving, refused } = preview
  return (
    <Card title={t('segments.preview.title')}>
      <div className={css.preview} aria-busy={moving} data-moving={moving || undefined}>
        {unfinished && <p className={css.quiet}>{t('segments.preview.unfinished')}</p>}
        {!unfinished && error && <Wrong error={error} refused={refused !== undefined} />}
        {!unfinished && !error && !data && <Skeleton lines={4} />}
        {data && !error && (of === 'accounts' ? <FoundAccounts count={data.count} accounts={data.accounts} /> : <Found count={data.count} sample={data.sample} />)}
      </div>
    </Card>
  )
}

function Wrong({ error, refused }: { error: unknown; refused: boolean }) {
  const { t } = useTranslation()
  const { message, hint } = useErrorWords()(error)
  if (refused) return <p className={css.quiet}>{t('segments.preview.refused')}</p>
  return (
    <p role="alert">
      {message} <span className={css.quiet}>{hint}</span>
    </p>
  )
}

function Found({ count, sample }: { count: number; sample: ProfileSummary[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const all = useQuery(overviewQuery()).data?.totals.profiles
  return (
    <>
      <div role="status">
        <Figure value={format.number(count)} note={t('segments.preview.people', { count })} />
      </div>
      {all !== undefined && all > 0 && (
        <>
          <div className={css.share} aria-hidden>
            <span style={{ inlineSize: `${Math.min(100, (count / all) * 100)}%` }} />
          </div>
          <p className={css.quiet}>{t('segments.preview.share', { share: format.percent(count / all), all: format.number(all) })}</p>
        </>
      )}
      {sample.length > 0 && <People people={sample} label={t('segments.preview.sample')} />}
    </>
  )
}

function FoundAccounts({ count, accounts }: { count: number; accounts: readonly AccountSummary[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <>
      <div role="status">
        <Figure value={format.number(count)} note={t('segments.preview.account', { count })} />
      </div>
      {accounts.length > 0 && <Accounts accounts={accounts} label={t('segments.preview.sample')} />}
    </>
  )
}

export function Accounts({ accounts, label }: { accounts: readonly AccountSummary[]; label: string }) {
  return (
    <section className={css.sample}>
      <h3>{label}</h3>
      <ul>
        {accounts.map((account) => (
          <li key={account.id}>
            <Link to="/accounts" search={{ open: account.id }}>
              <bdi>{accountName(account)}</bdi>
            </Link>
            <span className={css.sampleId}>{account.id}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function People({ people, label }: { people: readonly ProfileSummary[]; label: string }) {
  return (
    <section className={css.sample}>
      <h3>{label}</h3>
      <ul>
        {people.map((person) => (
          <li key={person.id}>
            <Avatar name={person.name} known={person.known} />
            <PersonLink person={person} />
            <span className={css.sampleId}>{person.identifiers.find(({ value }) => value !== person.name)?.value}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
