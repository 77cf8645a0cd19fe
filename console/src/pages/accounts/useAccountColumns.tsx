import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { AccountSummary } from '@/api/types'
import { DateTime } from '@/ui/DateTime'
import { Num } from '@/ui/Num'
import type { TableColumn } from '@/ui/Table'

import { accountName } from './accountName'

export function useAccountColumns(): TableColumn<AccountSummary>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      { id: 'name', label: t('accounts.name'), width: 2, render: accountName },
      { id: 'members', label: t('accounts.members'), width: 110, align: 'end', render: (account) => <Num value={account.members_count} /> },
      { id: 'last', label: t('accounts.lastSeen'), width: 140, align: 'end', render: (account) => <DateTime at={account.last_seen} />, from: 600 },
    ],
    [t],
  )
}
