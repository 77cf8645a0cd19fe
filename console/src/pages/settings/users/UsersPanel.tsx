import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { usersQuery, type Invited, type User } from '@/api/users'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'

import { DisableUser, ResetUser } from './AskFirst'
import { InviteUser } from './InviteUser'
import { LinkDialog } from './LinkDialog'
import { UserTable, type Asked } from './UserTable'

/** Who may sign in, and what each may do. */
export function UsersPanel() {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(usersQuery)
  const [inviting, setInviting] = useState(false)
  const [asked, setAsked] = useState<{ what: Asked; user: User } | null>(null)
  const [invited, setInvited] = useState<Invited | null>(null)
  const close = () => {
    setInviting(false)
    setAsked(null)
  }
  const show = (link: Invited) => {
    close()
    setInvited(link)
  }
  return (
    <Card
      title={t('settings.users.title')}
      note={t('settings.users.note')}
      actions={
        <Button size="small" icon={Plus} onPress={() => setInviting(true)}>
          {t('settings.users.invite')}
        </Button>
      }
      flush
    >
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton height={96} />}
      {data && <UserTable users={data.items} onAsk={(what, user) => setAsked({ what, user })} />}
      {inviting && <InviteUser onClose={close} onDone={show} />}
      {asked?.what === 'reset' && <ResetUser user={asked.user} onClose={close} onDone={show} />}
      {asked?.what === 'disable' && <DisableUser user={asked.user} onClose={close} />}
      {invited && <LinkDialog invited={invited} onClose={() => setInvited(null)} />}
    </Card>
  )
}
