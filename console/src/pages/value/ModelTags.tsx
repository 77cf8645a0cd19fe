import { useTranslation } from 'react-i18next'

import type { Model, ModelCard, ModelState, Verdict } from '@/api/value'
import { Tag, type Tone } from '@/ui/Tag'

const STATES: Record<ModelState, Tone> = { never: 'neutral', queued: 'info', running: 'info', ready: 'good', not_yet: 'warn', failed: 'bad' }

export function StateTag({ model: { state } }: { model: Model }) {
  const { t } = useTranslation()
  return (
    <span role="status">
      <Tag tone={STATES[state]} dot>
        {t(`value.state.${state}`)}
      </Tag>
    </span>
  )
}

const VERDICTS: Record<Verdict, Tone> = { stable: 'good', shifting: 'warn', drifted: 'bad' }
const WORST: readonly Verdict[] = ['drifted', 'shifting', 'stable']

/** The worst verdict of its features. */
export function DriftTag({ drift }: { drift: ModelCard['drift'] }) {
  const worst = WORST.find((verdict) => drift.some((each) => each.verdict === verdict)) ?? 'stable'
  return <VerdictTag verdict={worst} />
}

export function VerdictTag({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation()
  return <Tag tone={VERDICTS[verdict]}>{t(`value.verdict.${verdict}`)}</Tag>
}
