import { useQuery } from '@tanstack/react-query'
import { Ban, Ellipsis, KeyRound, UserCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { sessionQuery } from '@/api/queries'
import { ROLES, type User } from '@/api/users'
import { Avatar } from '@/ui/Avatar'
import { DateTime } from '@/ui/DateTime'
import { Menu } from '@/ui/Menu'
import { PlainTable, type PlainColumn } from '@/ui/PlainTable'
import { Select } from '@/ui/Select'
import { Tag } from '@/ui/Tag'

import { useChangeUser } from './useChangeUser'
import css from './Users.module.css'

/** What is asked about before it is done. */
export type Asked = 'reset' | 'disable'

interface Props {
  users: readonly User[]
  onAsk: (what: Asked, user: User) => void
}

export function UserTable({ users, onAsk }: Props) {
  const { t } = useTranslation()
  const me = useQuery(sessionQuery).data?.user.email
  const columns: PlainColumn<User>[] = [
    { id: 'who', label: t('settings.users.who'), render: (user) => <Who user={user} mine={user.email === me} /> },
    { id: 'role', label: t('settings.users.role'), render: (user) => <RoleCell user={user} fixed={user.email === me || Boolean(user.disabled_at)} /> },
    { id: 'state', label: t('settings.users.state'), render: (user) => <State user={user} />, wideOnly: true },
    { id: 'seen', label: t('settings.users.seen'), render: (user) => <DateTime at={user.seen_at} />, wideOnly: true },
    {
      id: 'actions',
      label: <span className="hidden-visually">{t('settings.users.actions')}</span>,
      align: 'end',
      render: (user) => user.email !== me && <Actions user={user} onAsk={onAsk} />,
    },
  ]
  return <PlainTable label={t('settings.users.title')} columns={columns} rows={users} rowId={(user) => user.email} />
}

function Who({ user, mine }: { user: User; mine: boolean }) {
  const { t } = useTranslation()
  return (
    <span className={css.who} data-off={Boolean(user.disabled_at) || undefined}>
      <Avatar name={user.name} known />
      <span className={css.names}>
        <span className={css.name}>
          <bdi>{user.name}</bdi>
          {mine && <Tag>{t('settings.users.you')}</Tag>}
        </span>
        {user.name !== user.email && <bdi className={css.email}>{user.email}</bdi>}
      </span>
    </span>
  )
}

/** Chosen in its place. One's own role is changed by somebody else, so that nobody shuts himself out. */
function RoleCell({ user, fixed }: { user: User; fixed: boolean }) {
  const { t } = useTranslation()
  const change = useChangeUser()
  if (fixed) return <>{t(`settings.users.roles.${user.role}`)}</>
  return (
    <Select
      label={t('settings.users.roleOf', { name: user.name })}
      labelAt="hidden"
      options={ROLES.map((value) => ({ value, label: t(`settings.users.roles.${value}`) }))}
      value={user.role}
      onChange={(role) => role !== user.role && change.mutate({ act: 'role', user, role })}
    />
  )
}

function State({ user }: { user: User }) {
  const { t } = useTranslation()
  if (user.disabled_at) return <Tag dot>{t('settings.users.disabled')}</Tag>
  if (!user.has_password) return <Tag tone="info" dot>{t('settings.users.linkOnly')}</Tag>
  return <Tag tone="good" dot>{t('settings.users.active')}</Tag>
}

function Actions({ user, onAsk }: { user: User; onAsk: Props['onAsk'] }) {
  const { t } = useTranslation()
  const change = useChangeUser()
  const enable = { id: 'enable', label: t('settings.users.enable'), icon: UserCheck, onAction: () => change.mutate({ act: 'enable', user }) }
  const entries = [
    { id: 'reset', label: t('settings.users.reset'), icon: KeyRound, onAction: () => onAsk('reset', user) },
    { id: 'disable', label: t('settings.users.disable'), icon: Ban, danger: true, onAction: () => onAsk('disable', user) },
  ]
  return (
    <Menu
      label={t('settings.users.more', { name: user.name })}
      icon={Ellipsis}
      size="small"
      groups={[{ entries: user.disabled_at ? [enable] : entries }]}
    />
  )
}
