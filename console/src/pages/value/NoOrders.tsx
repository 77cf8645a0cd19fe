import { useTranslation } from 'react-i18next'

import { Button } from '@/ui/Button'
import { ButtonLink } from '@/ui/ButtonLink'
import { EmptyState } from '@/ui/EmptyState'
import { Words } from '@/ui/Words'

import { FirstEvent } from '../sources/FirstEvent'

/** Nothing can be told yet: how orders get here, or how they are called. */
export function NoOrders({ onSettings }: { onSettings: () => void }) {
  const { t } = useTranslation()
  return (
    <EmptyState
      title={t('value.none.title')}
      action={
        <>
          <ButtonLink to="/sources" variant="primary">
            {t('value.none.connect')}
          </ButtonLink>
          <Button onPress={onSettings}>{t('value.none.named')}</Button>
        </>
      }
    >
      <p>
        <Words text={t('value.none.body')} />
      </p>
      <FirstEvent line={orderCall} />
    </EmptyState>
  )
}

function orderCall(origin: string, key: string): string {
  return `curl -u ${key}: ${origin}/v1/track \\
  -H 'Content-Type: application/json' \\
  -d '{"userId": "ada", "event": "Order Completed",
       "properties": {"order_id": "1001", "revenue": 39.9, "currency": "EUR"}}'`
}
