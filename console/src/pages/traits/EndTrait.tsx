import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { ComputedTrait } from '@/api/audiences'
import { api } from '@/api/client'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { useToast } from '@/ui/Toast'
import { useFormat } from '@/ui/useFormat'

/** Everybody loses the value: said before it is done. */
export function EndTrait({ trait, onClose }: { trait: ComputedTrait; onClose: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const navigate = useNavigate()
  const toast = useToast()
  const client = useQueryClient()
  const end = useMutation({
    mutationFn: () => api.delete(`/computed-traits/${trait.key}`),
    onSuccess: async () => {
      toast(t('traits.end.done', { name: trait.name }))
      await navigate({ to: '/traits' })
      await client.invalidateQueries({ queryKey: ['computed-traits'] })
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('traits.end.title')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="danger" isPending={end.isPending} onPress={() => end.mutate()}>
            {t('traits.end.title')}
          </Button>
        </>
      }
    >
      <p>{t('traits.end.lead', { name: trait.name, count: trait.count, formatted: format.number(trait.count) })}</p>
      {end.error && <ErrorState error={end.error} />}
    </Dialog>
  )
}
