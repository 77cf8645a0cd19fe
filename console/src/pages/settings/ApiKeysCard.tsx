import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { apiKeysQuery } from '@/api/queries'
import type { ApiKey } from '@/api/types'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Id } from '@/ui/Id'
import { Skeleton } from '@/ui/Skeleton'
import { Tag } from '@/ui/Tag'

import { CreateKey } from './CreateKey'
import { RevokeKey } from './RevokeKey'
import css from './Settings.module.css'

export function ApiKeysCard() {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(apiKeysQuery)
  const [creating, setCreating] = useState(false)
  return (
    <Card
      title={t('settings.keys.title')}
      note={t('settings.keys.note')}
      actions={
        <Button size="small" icon={Plus} onPress={() => setCreating(true)}>
          {t('settings.keys.create')}
        </Button>
      }
      flush
    >
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton height={96} />}
      {data && <KeyTable keys={data.items} />}
      {creating && <CreateKey onClose={() => setCreating(false)} />}
    </Card>
  )
}

function KeyTable({ keys }: { keys: readonly ApiKey[] }) {
  const { t } = useTranslation()
  const [revoking, setRevoking] = useState<ApiKey | null>(null)
  const ordered = useMemo(() => keys.toSorted((a, b) => Number(Boolean(a.revoked_at)) - Number(Boolean(b.revoked_at))), [keys])
  if (keys.length === 0) {
    return (
      <EmptyState title={t('settings.keys.empty')}>
        <p>{t('settings.keys.emptyHint')}</p>
      </EmptyState>
    )
  }
  return (
    <div className={css.scroll} tabIndex={0} role="group" aria-label={t('settings.keys.title')}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t('settings.keys.name')}</th>
            <th scope="col">{t('settings.keys.prefix')}</th>
            <th scope="col">{t('settings.keys.scope')}</th>
            <th scope="col">{t('settings.keys.created')}</th>
            <th scope="col">{t('settings.keys.lastUsed')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {ordered.map((key) => (
            <tr key={key.id}>
              <th scope="row">{key.name}</th>
              <td>
                <Id>{`${key.prefix}…${key.last4}`}</Id>
              </td>
              <td>
                <Scopes scopes={key.scopes} />
              </td>
              <td>
                <DateTime at={key.created_at} as="date" />
              </td>
              <td>
                <DateTime at={key.last_used_at} />
              </td>
              <td className={css.last}>
                {key.revoked_at ? (
                  <Tag>{t('settings.keys.gone')}</Tag>
                ) : (
                  <Button size="small" onPress={() => setRevoking(key)}>
                    {t('settings.keys.revoke')}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {revoking && <RevokeKey apiKey={revoking} onClose={() => setRevoking(null)} />}
    </div>
  )
}

export const SCOPES = ['read', 'write', 'admin'] as const

function Scopes({ scopes }: { scopes: readonly string[] }) {
  const { t } = useTranslation()
  const most = SCOPES.findLast((scope) => scopes.includes(scope))
  return <>{most ? t(`settings.keys.scopes.${most}`) : scopes.join(', ')}</>
}
