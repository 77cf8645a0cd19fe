import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import type { Session } from '@/api/types'
import { Button } from '@/ui/Button'
import { TextField } from '@/ui/TextField'
import { Words } from '@/ui/Words'

import { FormError } from './FormError'
import css from './Login.module.css'

export function PasswordForm({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const { t } = useTranslation()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => api.post<Session>('/session', { email, password }),
    onSuccess: onSignedIn,
  })
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        signIn.mutate()
      }}
    >
      <div>
        <h1>{t('login.title')}</h1>
        <p className={css.lead}>{t('login.lead')}</p>
      </div>
      <FormError error={signIn.error} />
      <TextField label={t('login.email')} type="email" autoComplete="username" value={email} onChange={setEmail} isRequired autoFocus />
      <TextField
        label={t('login.password')}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        isRequired
      />
      <Button type="submit" variant="primary" isPending={signIn.isPending}>
        {t('login.submit')}
      </Button>
      <p className={css.note}>
        <Words text={t('login.forgot')} />
      </p>
    </form>
  )
}
