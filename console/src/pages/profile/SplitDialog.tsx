import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Profile } from '@/api/people'
import { personName } from '@/ui/personName'
import { Select } from '@/ui/Select'

import { DecisionDialog } from './DecisionDialog'
import { kindOf, labelOf } from './names'
import css from './Profile.module.css'

interface Props {
  profile: Profile
  /** Chosen already, in the graph. */
  a?: string
  b?: string
  onClose: () => void
}

/** Two identifiers of this profile are not the same person. */
export function SplitDialog({ profile, onClose, ...chosen }: Props) {
  const { t } = useTranslation()
  const labels = profile.identifiers.map(labelOf)
  const [a, setA] = useState(chosen.a ?? labels[0] ?? '')
  const [b, setB] = useState(chosen.b ?? '')
  const options = profile.identifiers.map((one) => ({ value: labelOf(one), label: `${kindOf(t, one.type)}: ${one.value}` }))
  return (
    <DecisionDialog
      title={t('profile.split.title', { name: personName(t, profile) })}
      lead={t('profile.split.lead')}
      confirm={t('profile.split.confirm')}
      done={t('profile.split.done')}
      ask={a && b && a !== b ? { action: 'split', a, b } : null}
      onClose={onClose}
    >
      <div className={css.pair}>
        <Select label={t('profile.split.first')} options={options.filter(({ value }) => value !== b)} value={a} onChange={setA} />
        <Select label={t('profile.split.second')} options={options.filter(({ value }) => value !== a)} value={b} onChange={setB} />
      </div>
    </DecisionDialog>
  )
}
