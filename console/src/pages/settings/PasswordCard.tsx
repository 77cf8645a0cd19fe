import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { sessionQuery } from '@/api/queries'
import type { Session } from '@/api/types'
import { useErrorWords } from '@/api/useErrorWords'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { Skeleton } from '@/ui/Skeleton'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'

import css from './Settings.module.css'

export function PasswordCard() {
  const { t } = useTranslation()
  const user = useQuery(sessionQuery).data?.user
  if (!user) return <Skeleton height={200} />
  return (
    <Card title={t('settings.password.title')} note={t('settings.password.note', { email: user.email })}>
      <PasswordForm email={user.email} hasPassword={user.has_password} />
    </Card>
  )
}

function PasswordForm({ email, hasPassword }: { email: string; hasPassword: boolean }) {
  const { t } = useTranslation()
  const toast = useToast()
  const words = useErrorWords()
  const queries = useQueryClient()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const save = useMutation({
    mutationFn: () => api.put<Session>('/session/password', { password, current }),
    onSuccess: (session) => {
      api.useCsrf(session.csrf)
      queries.setQueryData(sessionQuery.queryKey, session)
      setCurrent('')
      setPassword('')
      toast(t('settings.password.done'))
    },
  })
  const failure = save.error ? words(save.error).message : undefined
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      {hasPassword && (
        <TextField
          label={t('settings.password.current')}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          isRequired
        />
      )}
      <TextField
        label={t('settings.password.next')}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        hint={t('settings.password.hint')}
        error={failure}
        isRequired
      />
      <div>
        <Button type="submit" isPending={save.isPending} isDisabled={!password}>
          {t(hasPassword ? 'settings.password.save' : 'settings.password.set')}
        </Button>
      </div>
    </form>
  )
}
