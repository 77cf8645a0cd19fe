import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import type { ReasonCount, Redriven } from '@/api/quarantine'
import type { List } from '@/api/types'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { useFormat } from '@/ui/useFormat'

import { reasonWords } from './reasonWords'

/** So many go in one call of the server. */
const AT_ONCE = 500

/** Sends all open ones of a reason again as they are: for when the cause is gone. */
export function RedriveAll({ reason, onClose }: { reason: ReasonCount; onClose: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const queries = useQueryClient()
  const { title } = reasonWords(t, reason)
  const redrive = useMutation({
    mutationFn: () => api.post<List<Redriven>>('/quarantine/redrive', { reason: reason.reason }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['quarantine'] }),
  })
  const done = redrive.data?.items
  const count = Math.min(reason.count, AT_ONCE)
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('quarantine.redriveReason', { reason: title })}
      actions={
        done ? (
          <Button variant="primary" onPress={onClose}>
            {t('ui.close')}
          </Button>
        ) : (
          <>
            <Button onPress={onClose}>{t('ui.cancel')}</Button>
            <Button variant="primary" isPending={redrive.isPending} onPress={() => redrive.mutate()}>
              {t('quarantine.redriveMany', { count, formatted: format.number(count) })}
            </Button>
          </>
        )
      }
    >
      {redrive.error && <ErrorState error={redrive.error} />}
      {done ? <Outcome done={done} /> : <p>{t('quarantine.redriveBody')}</p>}
      {!done && reason.count > AT_ONCE && <p>{t('quarantine.redriveLimit', { formatted: format.number(AT_ONCE) })}</p>}
    </Dialog>
  )
}

function Outcome({ done }: { done: readonly Redriven[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const back = done.filter((one) => one.status === 'quarantined').length
  const through = done.length - back
  return (
    <div role="status">
      <p>{t('quarantine.through', { count: through, formatted: format.number(through) })}</p>
      {back > 0 && <p>{t('quarantine.back', { count: back, formatted: format.number(back) })}</p>}
    </div>
  )
}
