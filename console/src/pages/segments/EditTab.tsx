import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Segment } from '@/api/audiences'
import { isCondition, isUnfinished } from '@/conditions/model'
import { Button } from '@/ui/Button'

import { Builder, useDraft } from './Builder'
import { SaveDialog } from './SaveDialog'
import css from './Segments.module.css'

/** The condition of a segment that exists: changed here, published only after a look at what that does. */
export function EditTab({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const saved = { when: segment.when, of: segment.of }
  const { draft, setDraft, changed } = useDraft(saved, segment.version)
  const [saving, setSaving] = useState(false)
  const unfinished = isCondition(draft.when) && isUnfinished(draft.when)
  return (
    <>
      <Builder draft={draft} onChange={setDraft} self={segment.key} />
      <div className={css.bar} role="group" aria-label={t('segments.unsaved')}>
        <span role="status">{t(changed ? 'segments.unsaved' : 'segments.unchanged')}</span>
        <Button isDisabled={!changed} onPress={() => setDraft(saved)}>
          {t('segments.discard')}
        </Button>
        <Button needs="write" variant="primary" isDisabled={!changed || unfinished} onPress={() => setSaving(true)}>
          {t('segments.review')}
        </Button>
      </div>
      {saving && <SaveDialog segment={segment} when={draft.when} onClose={() => setSaving(false)} />}
    </>
  )
}
