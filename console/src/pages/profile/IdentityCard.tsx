import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Profile } from '@/api/people'
import { Card } from '@/ui/Card'
import { Id } from '@/ui/Id'
import { Tag } from '@/ui/Tag'

import { kindOf, labelOf } from './names'
import css from './Profile.module.css'

const SHOWN = 6

/** The identifiers that are this person; the graph is one tab away. */
export function IdentityCard({ profile, address }: { profile: Profile; address: string }) {
  const { t } = useTranslation()
  return (
    <Card
      title={t('profile.tab.identity')}
      note={t('profile.identity.count', { count: profile.identifiers.length })}
      actions={
        <Link to="/profiles/$ref/{-$tab}" params={{ ref: address, tab: 'identity' }}>
          {t('profile.identity.graph')}
        </Link>
      }
    >
      <ul className={css.identifiers}>
        {profile.identifiers.slice(0, SHOWN).map((one) => (
          <li key={labelOf(one)}>
            <span className={css.kind}>{kindOf(t, one.type)}</span>
            <Id>{one.value}</Id>
            {one.shared && <Tag tone="warn">{t('profile.identity.state.shared')}</Tag>}
          </li>
        ))}
      </ul>
    </Card>
  )
}
