import { useTranslation } from 'react-i18next'

import type { Invited } from '@/api/users'
import { Button } from '@/ui/Button'
import { CodeBlock } from '@/ui/CodeBlock'
import { Dialog } from '@/ui/Dialog'
import { useFormat } from '@/ui/useFormat'

/** The way in for somebody else. The server knows the link no more than we do once this is closed. */
export function LinkDialog({ invited, onClose }: { invited: Invited; onClose: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { user, link } = invited
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('settings.users.linkTitle', { name: user.name })}
      actions={
        <Button variant="primary" onPress={onClose}>
          {t('settings.users.linkDone')}
        </Button>
      }
    >
      <p>{t('settings.users.linkBody', { when: format.dateTime(link.expires_at) })}</p>
      <CodeBlock code={link.url} label={t('settings.users.link')} />
    </Dialog>
  )
}
