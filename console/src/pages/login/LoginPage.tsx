import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { sessionQuery } from '@/api/queries'
import type { Session } from '@/api/types'

import { ChoosePassword } from './ChoosePassword'
import { LinkForm } from './LinkForm'
import css from './Login.module.css'
import { PasswordForm } from './PasswordForm'
import { safePath } from './safePath'

const route = getRouteApi('/login')

/** Signs in: by a one-time link (used only when its button is pressed) or by password. */
export function LoginPage() {
  const { t } = useTranslation()
  const { token: inSearch, next } = route.useSearch()
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('token') ?? inSearch ?? '')
  const [stage, setStage] = useState<'link' | 'password' | 'choose'>(token ? 'link' : 'password')
  const queries = useQueryClient()
  const navigate = useNavigate()
  useEffect(() => {
    document.title = `${t('login.title')} · Rapport`
    // The token must not stay in the history of a shared computer.
    if (token) window.history.replaceState(null, '', window.location.pathname)
  }, [t, token])

  const enter = () => void navigate({ href: safePath(next) })
  const signedIn = (session: Session) => {
    api.useCsrf(session.csrf)
    queries.setQueryData(sessionQuery.queryKey, session)
    if (session.user.has_password) enter()
    else setStage('choose')
  }
  return (
    <main className={css.page}>
      <div className={css.box}>
        <img src="/mark.svg" alt="" width={36} height={36} />
        {stage === 'link' && <LinkForm token={token} onSignedIn={signedIn} onOther={() => setStage('password')} />}
        {stage === 'password' && <PasswordForm onSignedIn={signedIn} />}
        {stage === 'choose' && <ChoosePassword onDone={enter} />}
      </div>
    </main>
  )
}
