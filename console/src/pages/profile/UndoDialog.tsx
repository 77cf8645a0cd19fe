import { useTranslation } from 'react-i18next'

import type { DecisionRecord } from '@/api/people'

import { DecisionDialog } from './DecisionDialog'

/** Everything is again as if it had not been decided. */
export function UndoDialog({ decision, onClose }: { decision: DecisionRecord; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <DecisionDialog
      title={t('profile.undo.title')}
      lead={t('profile.undo.lead')}
      confirm={t('profile.undo.confirm')}
      done={t('profile.undo.done')}
      ask={{ action: 'undo', decision: decision.id }}
      onClose={onClose}
    />
  )
}
