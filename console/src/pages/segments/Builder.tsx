import { useState, type ReactNode } from 'react'

import { ConditionEditor } from '@/conditions/ConditionEditor'
import { Column, Columns } from '@/ui/Card'

import css from './Segments.module.css'
import { LivePreview, usePreview } from './LivePreview'

export interface Draft {
  when: unknown
  of: string
}

interface Props {
  draft: Draft
  onChange: (draft: Draft) => void
  /** Of a segment that exists. */
  self?: string
  /** Name and description of a new one. */
  children?: ReactNode
}

/** The question on the left as a sentence, the answer on the right while one writes. */
export function Builder({ draft, onChange, self, children }: Props) {
  const preview = usePreview(draft.when, draft.of)
  return (
    <Columns>
      <Column>
        {children}
        <ConditionEditor value={draft.when} onChange={(when) => onChange({ ...draft, when })} of={draft.of} self={self} error={preview.refused} />
      </Column>
      <div className={css.aside}>
        <LivePreview preview={preview} of={draft.of} />
      </div>
    </Columns>
  )
}

/** A draft that starts anew when the saved one is another. */
export function useDraft(saved: Draft, version: number) {
  const [state, setState] = useState({ draft: saved, version })
  if (state.version !== version) setState({ draft: saved, version })
  const changed = JSON.stringify(state.draft) !== JSON.stringify(saved)
  const setDraft = (draft: Draft) => setState({ draft, version })
  return { draft: state.draft, setDraft, changed }
}
