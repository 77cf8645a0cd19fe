import { Link } from '@tanstack/react-router'
import { Pin } from 'lucide-react'
import { Fragment, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { Focusable } from 'react-aria-components/Tooltip'

import type { Profile, Why } from '@/api/people'
import type { Json } from '@/api/types'
import { Card } from '@/ui/Card'
import { EmptyState } from '@/ui/EmptyState'
import { Tooltip } from '@/ui/Tooltip'
import { useFormat } from '@/ui/useFormat'

import css from './Profile.module.css'
import { ruleWords } from './ruleWords'
import { TraitValue } from './TraitValue'

/** What tells people apart; anything else describes them. */
const CONTACT = new Set(
  ['name', 'first_name', 'last_name', 'firstName', 'lastName', 'email', 'phone', 'username', 'title', 'address', 'birthday', 'gender', 'age'],
)

/** Every value opens its why: on hover and focus in short, by a press in full. */
export function TraitsCard({ profile, address }: { profile: Profile; address: string }) {
  const { t } = useTranslation()
  const names = Object.keys(profile.traits)
  const groups = [
    ['identity', names.filter((name) => CONTACT.has(name))],
    ['described', names.filter((name) => !CONTACT.has(name))],
  ] as const
  return (
    <Card title={t('profile.traits')} note={names.length > 0 && t('profile.traitsHint')}>
      {names.length === 0 && Object.keys(profile.computed ?? {}).length === 0 && <EmptyState title={t('profile.noTraits')}>{t('profile.noTraitsHint')}</EmptyState>}
      {groups.map(
        ([group, members]) =>
          members.length > 0 && (
            <section key={group} className={css.group}>
              <h3>{t(`profile.group.${group}`)}</h3>
              <dl className={css.traits}>
                {members.map((name) => (
                  <Trait key={name} name={name} value={profile.traits[name]} why={profile.explain[name]} address={address} />
                ))}
              </dl>
            </section>
          ),
      )}
      <Computed values={profile.computed ?? {}} />
    </Card>
  )
}

/** What is computed of her events; its definition is one press away. */
function Computed({ values }: { values: Json }) {
  const { t } = useTranslation()
  const names = Object.keys(values)
  if (names.length === 0) return null
  return (
    <section className={css.group}>
      <h3>{t('profile.group.computed')}</h3>
      <dl className={css.traits}>
        {names.map((key) => (
          <Fragment key={key}>
            <dt dir="auto">{key}</dt>
            <dd>
              <Link to="/traits/$key" params={{ key }} className={css.value}>
                <TraitValue value={values[key]} />
              </Link>
            </dd>
          </Fragment>
        ))}
      </dl>
    </section>
  )
}

interface TraitProps {
  name: string
  value: unknown
  why: Why | undefined
  address: string
}

function Trait({ name, value, why, address }: TraitProps) {
  const { t } = useTranslation()
  const link: ReactElement = (
    <Link
      to="/profiles/$ref/{-$tab}"
      params={{ ref: address, tab: 'traits' }}
      search={{ trait: name }}
      className={css.value}
      aria-description={t('profile.why.open')}
    >
      <TraitValue value={value} />
      {why?.pinned && <Pin size={12} aria-label={t('profile.why.pinned')} />}
    </Link>
  )
  return (
    <>
      <dt dir="auto">{name}</dt>
      <dd>
        {why ? (
          <Tooltip text={<InShort why={why} />}>
            <Focusable>{link as ReactElement<object, 'a'>}</Focusable>
          </Tooltip>
        ) : (
          link
        )}
      </dd>
    </>
  )
}

function InShort({ why }: { why: Why }) {
  const { t } = useTranslation()
  const format = useFormat()
  const others = why.candidates.filter((one) => !one.wins).length
  return (
    <span className={css.inShort}>
      <strong>{ruleWords(t, why.rule)}</strong>
      {why.pin ? (
        <span>{[why.pin.by, why.pin.reason].filter(Boolean).join(' · ')}</span>
      ) : (
        <span>{[why.source, why.time && format.dateTime(why.time)].filter(Boolean).join(' · ')}</span>
      )}
      <span>{t('profile.why.others', { count: others })}</span>
    </span>
  )
}
