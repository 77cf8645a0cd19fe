import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { api, ApiError } from '@/api/client'
import type { Session } from '@/api/types'
import { Button } from '@/ui/Button'
import { Words } from '@/ui/Words'

import { FormError } from './FormError'
import css from './Login.module.css'

interface Props {
  token: string
  onSignedIn: (session: Session) => void
  onOther: () => void
}

/** Opening the link uses nothing up: mail scanners and previews open links too. The button does. */
export function LinkForm({ token, onSignedIn, onOther }: Props) {
  const { t } = useTranslation()
  const redeem = useMutation({
    mutationFn: () => api.post<Session>('/session/link', { token }),
    onSuccess: onSignedIn,
  })
  const used = redeem.error instanceof ApiError && redeem.error.status === 401
  return (
    <div className={css.form}>
      <div>
        <h1>{t('login.linkTitle')}</h1>
        <p className={css.lead}>{t('login.linkLead')}</p>
      </div>
      {used ? (
        <p role="alert" className={css.error}>
          <Words text={t('login.linkUsed')} />
        </p>
      ) : (
        <FormError error={redeem.error} />
      )}
      <Button variant="primary" onPress={() => redeem.mutate()} isPending={redeem.isPending} isDisabled={used} autoFocus>
        {t('login.linkSubmit')}
      </Button>
      {used && <Button onPress={onOther}>{t('login.title')}</Button>}
    </div>
  )
}
