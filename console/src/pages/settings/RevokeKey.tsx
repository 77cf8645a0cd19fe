import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { apiKeysQuery } from '@/api/queries'
import type { ApiKey } from '@/api/types'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { useToast } from '@/ui/Toast'

export function RevokeKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => api.delete(`/keys/${encodeURIComponent(apiKey.id)}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: apiKeysQuery.queryKey })
      toast(t('settings.keys.revoked'))
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('settings.keys.revokeTitle', { name: apiKey.name })}
      actions={
        <>
          <Button onPress={onClose} autoFocus>
            {t('ui.cancel')}
          </Button>
          <Button variant="danger" onPress={() => revoke.mutate()} isPending={revoke.isPending}>
            {t('settings.keys.revoke')}
          </Button>
        </>
      }
    >
      {revoke.error && <ErrorState error={revoke.error} />}
      <p>{t('settings.keys.revokeBody')}</p>
    </Dialog>
  )
}
