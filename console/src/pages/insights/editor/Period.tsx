import { useTranslation } from 'react-i18next'

import type { Unit } from '@/api/insights'

import { Choice } from './Choice'
import { unitOptions } from './choices'
import { Sentence } from './Sentence'

export interface PeriodProps<U extends Unit> {
  units: readonly U[]
  value: U
  onChange: (period: U) => void
}

/** The period of a question, as one word of a sentence. */
export function PeriodChoice<U extends Unit>({ units, value, onChange }: PeriodProps<U>) {
  const { t } = useTranslation()
  return <Choice label={t('insights.edit.period')} options={unitOptions(units, t)} value={value} onChange={onChange} />
}

/** "each week". */
export function PeriodSentence<U extends Unit>(props: PeriodProps<U>) {
  const { t } = useTranslation()
  return <Sentence text={t('insights.say.each')} parts={{ period: <PeriodChoice {...props} /> }} />
}
