import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { dashboardsQuery, type Dashboard } from '@/api/insights'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { useToast } from '@/ui/Toast'

export function DeleteDashboard({ board, onClose, onDeleted }: { board: Dashboard; onClose: () => void; onDeleted: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => api.delete(`/dashboards/${encodeURIComponent(board.key)}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: dashboardsQuery.queryKey, exact: true })
      toast(t('dashboards.deleted', { name: board.name }))
      onDeleted()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('dashboards.deleteTitle', { name: board.name })}
      actions={
        <>
          <Button onPress={onClose} autoFocus>
            {t('ui.cancel')}
          </Button>
          <Button variant="danger" onPress={() => remove.mutate()} isPending={remove.isPending}>
            {t('dashboards.deleteYes')}
          </Button>
        </>
      }
    >
      {remove.error && <ErrorState error={remove.error} />}
      <p>{t('dashboards.deleteBody')}</p>
    </Dialog>
  )
}
