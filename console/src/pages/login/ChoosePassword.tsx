import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { sessionQuery } from '@/api/queries'
import type { Session } from '@/api/types'
import { Button } from '@/ui/Button'
import { TextField } from '@/ui/TextField'

import { FormError } from './FormError'
import css from './Login.module.css'

export function ChoosePassword({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const email = useQuery(sessionQuery).data?.user.email
  const [password, setPassword] = useState('')
  const save = useMutation({
    mutationFn: () => api.put<Session>('/session/password', { password }),
    onSuccess: (session) => {
      api.useCsrf(session.csrf)
      queries.setQueryData(sessionQuery.queryKey, session)
      onDone()
    },
  })
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <div>
        <h1>{t('login.setTitle')}</h1>
        <p className={css.lead}>{t('login.setLead')}</p>
      </div>
      <FormError error={save.error} />
      <input type="hidden" name="username" autoComplete="username" value={email ?? ''} readOnly />
      <TextField
        label={t('login.newPassword')}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        hint={t('login.hint')}
        isRequired
        autoFocus
      />
      <Button type="submit" variant="primary" isPending={save.isPending}>
        {t('login.setSubmit')}
      </Button>
      <Button variant="ghost" onPress={onDone}>
        {t('login.later')}
      </Button>
    </form>
  )
}
