import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { segmentPreviewQuery, type Preview } from '@/api/audiences'
import { overviewQuery } from '@/api/queries'
import type { AccountSummary, ProfileSummary } from '@/api/types'
import { isCondition, isUnfinished } from '@/conditions/model'
import { Avatar } from '@/ui/Avatar'
import { Figure } from '@/ui/Figure'
import { PersonLink } from '@/ui/PersonLine'
import { useFormat } from '@/ui/useFormat'

import { accountName } from '../accounts/accountName'
import { PreviewCard, usePreviewed, type Previewed } from './PreviewCard'
import css from './Segments.module.css'

const isOpen = (when: unknown) => isCondition(when) && isUnfinished(when)

export function usePreview(when: unknown, of: string): Previewed<Preview> {
  return usePreviewed(when, isOpen, (settled) => segmentPreviewQuery(settled, of))
}

/** How many there would be, and some of them, while one still writes. */
export function LivePreview({ preview, of }: { preview: Previewed<Preview>; of: string }) {
  const { t } = useTranslation()
  return (
    <PreviewCard title={t('segments.preview.title')} preview={preview} refused={t('segments.preview.refused')}>
      {({ count, sample, accounts }) => (of === 'accounts' ? <FoundAccounts count={count} accounts={accounts} /> : <Found count={count} sample={sample} />)}
    </PreviewCard>
  )
}

function Found({ count, sample }: { count: number; sample: ProfileSummary[] }) {
  const { t } = useTranslation()
  return (
    <>
      <CountOfPeople count={count} note={t('segments.preview.people', { count })} />
      {sample.length > 0 && <People people={sample} label={t('segments.preview.sample')} />}
    </>
  )
}

/** So many people, and which share of all that is. */
export function CountOfPeople({ count, note, least }: { count: number; note: string; least?: boolean }) {
  const { t } = useTranslation()
  const format = useFormat()
  const all = useQuery(overviewQuery()).data?.totals.profiles
  return (
    <>
      <div role="status">
        <Figure value={least ? `≥ ${format.number(count)}` : format.number(count)} note={note} />
      </div>
      {all !== undefined && all > 0 && (
        <>
          <div className={css.share} aria-hidden>
            <span style={{ inlineSize: `${Math.min(100, (count / all) * 100)}%` }} />
          </div>
          <p className={css.quiet}>{t('segments.preview.share', { share: format.percent(count / all), all: format.number(all) })}</p>
        </>
      )}
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
