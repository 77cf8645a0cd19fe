import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import type { ReasonCount, Redriven } from '@/api/quarantine'
import type { List } from '@/api/types'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Select } from '@/ui/Select'
import { useFormat } from '@/ui/useFormat'

import { reasonWords } from './reasonWords'

/** So many go in one call of the server. */
const AT_ONCE = 500

interface Props {
  /** At least one. */
  reasons: readonly ReasonCount[]
  /** The one that the list is narrowed to. */
  first: string | undefined
  source: string | undefined
  onClose: () => void
}

/** Sends all open ones of a reason again as they are: for when the cause is gone. */
export function RedriveAll({ reasons, first, source, onClose }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const queries = useQueryClient()
  const [chosen, setChosen] = useState(first ?? reasons[0]?.reason ?? '')
  const redrive = useMutation({
    mutationFn: (before?: string) =>
      api.post<List<Redriven>>('/quarantine/redrive', { reason: chosen, source: source ?? '', before: before ? Number(before) : null }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['quarantine'] }),
  })
  const done = redrive.data?.items
  const next = redrive.data?.next
  const open = reasons.find(({ reason }) => reason === chosen)?.count ?? 0
  const count = Math.min(open, AT_ONCE)
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('quarantine.redriveTitle')}
      actions={
        done ? (
          <>
            {next && (
              <Button isPending={redrive.isPending} onPress={() => redrive.mutate(next)}>
                {t('quarantine.redriveNext')}
              </Button>
            )}
            <Button variant="primary" onPress={onClose}>
              {t('ui.close')}
            </Button>
          </>
        ) : (
          <>
            <Button onPress={onClose}>{t('ui.cancel')}</Button>
            <Button variant="primary" isPending={redrive.isPending} isDisabled={count === 0} onPress={() => redrive.mutate(undefined)}>
              {t('quarantine.redriveMany', { count, formatted: format.number(count) })}
            </Button>
          </>
        )
      }
    >
      {redrive.error && <ErrorState error={redrive.error} />}
      {done ? (
        <Outcome done={done} />
      ) : (
        <>
          <p>{t('quarantine.redriveBody')}</p>
          <Select
            label={t('quarantine.why')}
            options={reasons.map((one) => ({ value: one.reason, label: reasonWords(t, one).title }))}
            value={chosen}
            onChange={setChosen}
          />
        </>
      )}
      {!done && open > AT_ONCE && <p>{t('quarantine.redriveLimit', { formatted: format.number(AT_ONCE) })}</p>}
    </Dialog>
  )
}

function Outcome({ done }: { done: readonly Redriven[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const back = done.filter((one) => one.status === 'quarantined').length
  const skipped = done.filter((one) => one.status === 'skipped').length
  const through = done.length - back - skipped
  return (
    <div role="status">
      <p>{t('quarantine.through', { count: through, formatted: format.number(through) })}</p>
      {back > 0 && <p>{t('quarantine.back', { count: back, formatted: format.number(back) })}</p>}
      {skipped > 0 && <p>{t('quarantine.skipped', { count: skipped, formatted: format.number(skipped) })}</p>}
    </div>
  )
}
