import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { DecisionRecord } from '@/api/people'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { Tag } from '@/ui/Tag'

import { Label } from './Label'
import css from './Profile.module.css'
import { UndoDialog } from './UndoDialog'

/** What people decided about this profile; each can be taken back. */
export function DecisionsCard({ decisions }: { decisions: readonly DecisionRecord[] }) {
  const { t } = useTranslation()
  const [undoing, setUndoing] = useState<DecisionRecord>()
  return (
    <Card title={t('profile.decisions.title')} note={t('profile.decisions.hint')}>
      {decisions.length === 0 && <EmptyState title={t('profile.decisions.none')} />}
      <ul className={css.decisions} aria-label={t('profile.decisions.title')}>
        {decisions.map((decision) => (
          <li key={decision.id}>
            <Tag tone={decision.undone ? 'neutral' : 'info'}>
              {decision.undone ? t('profile.decisions.undone') : t(`profile.decisions.${decision.action}`)}
            </Tag>
            <div className={css.decision}>
              <span className={css.parties}>
                <Label of={decision.a} /> <Label of={decision.b} />
              </span>
              <span className={css.quiet}>
                {[decision.by, decision.reason].filter(Boolean).join(' · ')} · <DateTime at={decision.at} />
              </span>
            </div>
            {!decision.undone && decision.action !== 'undo' && (
              <Button needs="write" size="small" icon={Undo2} onPress={() => setUndoing(decision)}>
                {t('profile.undo.open')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {undoing && <UndoDialog decision={undoing} onClose={() => setUndoing(undefined)} />}
    </Card>
  )
}
