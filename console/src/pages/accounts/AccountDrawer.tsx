import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { accountQuery } from '@/api/queries'
import type { Account } from '@/api/types'
import { Card, Facts } from '@/ui/Card'
import { Drawer } from '@/ui/Drawer'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Id } from '@/ui/Id'
import { Skeleton } from '@/ui/Skeleton'

import { accountName } from './accountName'
import css from './Accounts.module.css'

export function AccountDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useQuery(accountQuery(id))
  return (
    <Drawer open onClose={onClose} title={data ? accountName(data) : id}>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton lines={6} />}
      {data && <Details account={data} />}
    </Drawer>
  )
}

function Details({ account }: { account: Account }) {
  const { t } = useTranslation()
  const traits = Object.entries(account.traits)
  return (
    <>
      <Card title={t('accounts.traits')} note={<Id>{account.id}</Id>}>
        {traits.length === 0 ? t('accounts.noTraits') : <Facts items={traits.map(([name, value]) => [name, asText(value)])} />}
      </Card>
      <Card title={t('accounts.memberList')} flush>
        {account.members.length === 0 ? (
          <EmptyState title={t('accounts.noMembers')} />
        ) : (
          <ul className={css.members}>
            {account.members.map((member) => (
              <li key={member.id} className={css.member}>
                <Link to="/profiles/$ref/{-$tab}" params={{ ref: member.id }}>
                  {member.name || member.id}
                </Link>
                {member.identifiers[0] && <Id>{member.identifiers[0].value}</Id>}
              </li>
            ))}
          </ul>
        )}
      </Card>
    </>
  )
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
