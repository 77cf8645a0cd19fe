import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/ui/Card'
import { SegmentedControl } from '@/ui/SegmentedControl'

import css from './Conditions.module.css'
import type { NodeError } from './errors'
import { isCondition } from './model'
import { Root } from './Tree'
import { YamlView } from './YamlView'

interface Props {
  /** Anything: what was written as YAML may have no form that the sentence can show. */
  value: unknown
  onChange: (value: unknown) => void
  of: string
  self?: string
  error?: NodeError
}

/** A condition as a sentence that one edits, or as YAML; both say the same. */
export function ConditionEditor({ value, onChange, of, self, error }: Props) {
  const { t } = useTranslation()
  const [view, setView] = useState<View>('sentence')
  const readable = isCondition(value)
  return (
    <Card
      title={t(of === 'accounts' ? 'conditions.accounts' : 'conditions.people')}
      actions={<ViewChoice view={view} onChange={setView} />}
    >
      {view === 'code' && <YamlView label={t('conditions.yaml.label')} value={value} onChange={onChange} error={error} />}
      {view === 'sentence' && readable && <Root tree={value} setting={{ of, self, error }} onChange={onChange} />}
      {view === 'sentence' && !readable && <p className={css.none}>{t('conditions.yaml.noTree')}</p>}
    </Card>
  )
}

export type View = 'sentence' | 'code'

export function ViewChoice({ view, onChange }: { view: View; onChange: (view: View) => void }) {
  const { t } = useTranslation()
  return (
    <SegmentedControl
      label={t('conditions.yaml.view')}
      value={view}
      choices={[
        { value: 'sentence', label: t('conditions.yaml.sentence') },
        { value: 'code', label: t('conditions.yaml.code') },
      ]}
      onChange={onChange}
    />
  )
}
