import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { userPath, usersQuery, type Invited, type User } from '@/api/users'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { useToast } from '@/ui/Toast'

interface AskProps {
  what: 'reset' | 'disable'
  user: User
  isPending: boolean
  error: Error | null
  onYes: () => void
  onClose: () => void
}

export function ResetUser({ user, onClose, onDone }: { user: User; onClose: () => void; onDone: (invited: Invited) => void }) {
  const queries = useQueryClient()
  const reset = useMutation({
    mutationFn: () => api.post<Invited>(`${userPath(user.email)}/reset`),
    onSuccess: async (invited) => {
      await queries.invalidateQueries({ queryKey: usersQuery.queryKey })
      onDone(invited)
    },
  })
  return <Ask what="reset" user={user} isPending={reset.isPending} error={reset.error} onYes={reset.mutate} onClose={onClose} />
}

export function DisableUser({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const disable = useMutation({
    mutationFn: () => api.post<User>(`${userPath(user.email)}/disable`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: usersQuery.queryKey })
      toast(t('settings.users.disableDone', { name: user.name }))
      onClose()
    },
  })
  return <Ask what="disable" user={user} isPending={disable.isPending} error={disable.error} onYes={disable.mutate} onClose={onClose} />
}

/** Says what it changes before it is done. */
function Ask({ what, user, isPending, error, onYes, onClose }: AskProps) {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(`settings.users.ask.${what}.title`, { name: user.name })}
      actions={
        <>
          <Button onPress={onClose} autoFocus>
            {t('ui.cancel')}
          </Button>
          <Button variant={what === 'disable' ? 'danger' : 'primary'} onPress={() => onYes()} isPending={isPending}>
            {t(`settings.users.ask.${what}.yes`)}
          </Button>
        </>
      }
    >
      {error && <ErrorState error={error} />}
      <p>{t(`settings.users.ask.${what}.body`)}</p>
    </Dialog>
  )
}
