import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { ROLES, usersQuery, type Invited } from '@/api/users'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Select } from '@/ui/Select'
import { TextField } from '@/ui/TextField'

import css from './Users.module.css'

export function InviteUser({ onClose, onDone }: { onClose: () => void; onDone: (invited: Invited) => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState('viewer')
  const invite = useMutation({
    mutationFn: () => api.post<Invited>('/users', { email: email.trim(), name: name.trim(), role }),
    onSuccess: async (invited) => {
      await queries.invalidateQueries({ queryKey: usersQuery.queryKey })
      onDone(invited)
    },
  })
  return (
    <Dialog open onClose={onClose} title={t('settings.users.invite')}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          invite.mutate()
        }}
      >
        {invite.error && <ErrorState error={invite.error} />}
        <TextField label={t('settings.users.email')} type="email" value={email} onChange={setEmail} isRequired autoFocus />
        <TextField label={t('settings.users.name')} value={name} onChange={setName} />
        <Select
          label={t('settings.users.role')}
          options={ROLES.map((value) => ({ value, label: t(`settings.users.roles.${value}`) }))}
          value={role}
          onChange={setRole}
        />
        <p className={css.quiet}>{t(`settings.users.may.${role as 'viewer'}`)}</p>
        <div className={css.buttons}>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" isPending={invite.isPending} isDisabled={!email.trim()}>
            {t('settings.users.makeLink')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
