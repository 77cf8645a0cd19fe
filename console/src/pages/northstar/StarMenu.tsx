import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { everySavedQuery, type SavedNorthStar } from '@/api/northstar'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Menu } from '@/ui/Menu'
import { useToast } from '@/ui/Toast'

/** What is seldom done with a north star. */
export function StarMenu({ saved, onGone }: { saved: SavedNorthStar; onGone: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const [deleting, setDeleting] = useState(false)
  const remove = useMutation({
    mutationFn: () => api.delete(`/saved-insights/${encodeURIComponent(saved.key)}`),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: everySavedQuery.queryKey })
      toast(t('northstar.delete.done', { name: saved.name }))
      setDeleting(false)
      onGone()
    },
  })
  return (
    <>
      <Menu
        label={t('northstar.more')}
        icon={Ellipsis}
        groups={[{ entries: [{ id: 'delete', label: t('northstar.delete.entry'), icon: Trash2, danger: true, needs: 'admin', onAction: () => setDeleting(true) }] }]}
      />
      {deleting && (
        <Dialog
          open
          onClose={() => setDeleting(false)}
          title={t('northstar.delete.title', { name: saved.name })}
          actions={
            <>
              <Button onPress={() => setDeleting(false)} autoFocus>
                {t('ui.cancel')}
              </Button>
              <Button variant="danger" onPress={() => remove.mutate()} isPending={remove.isPending}>
                {t('northstar.delete.confirm')}
              </Button>
            </>
          }
        >
          {remove.error && <ErrorState error={remove.error} />}
          <p>{t('northstar.delete.body')}</p>
        </Dialog>
      )}
    </>
  )
}
