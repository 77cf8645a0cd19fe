import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Comparison, Scalar } from './model'
import { besideOf, shown, shownList, typed, typedList } from './operators'
import { DayWord, LengthWord, Word, type Choice } from './tokens'

interface Props<T extends Comparison> {
  node: T
  onChange: (node: T) => void
  choices?: readonly Choice[]
}

/** What an operator compares with, in the form that it needs. */
export function Beside<T extends Comparison>({ node, onChange, choices }: Props<T>) {
  const { t } = useTranslation()
  const { op, value } = node
  const label = t('conditions.value')
  const single = Array.isArray(value) ? value[0] : value
  const take = (next: Scalar | Scalar[]) => onChange({ ...node, value: next })
  switch (besideOf(op)) {
    case 'nothing':
      return null
    case 'length':
      return <LengthWord label={label} value={String(single ?? '30d')} onChange={take} />
    case 'instant':
      return <DayWord label={label} value={String(single ?? '')} onChange={take} />
    case 'text':
      return <Word label={label} value={String(single ?? '')} placeholder={t('conditions.valuePlaceholder')} choices={choices} onChange={take} />
    case 'list':
      return <Drafted list label={label} text={shownList(value)} placeholder={t('conditions.listPlaceholder')} onTake={(text) => take(typedList(text))} />
    default:
      return (
        <Drafted label={label} text={shown(single)} placeholder={t('conditions.valuePlaceholder')} choices={choices} onTake={(text) => take(typed(text))} />
      )
  }
}

interface DraftedProps {
  label: string
  text: string
  placeholder: string
  choices?: readonly Choice[]
  list?: boolean
  onTake: (text: string) => void
}

/** Keeps what was typed as it was typed (`1.`, `a, `) while it still means what is stored. */
function Drafted({ text, onTake, list, ...rest }: DraftedProps) {
  const [draft, setDraft] = useState({ typed: text, stored: text })
  const take = (next: string) => {
    setDraft({ typed: next, stored: list ? shownList(typedList(next)) : shown(typed(next)) })
    onTake(next)
  }
  return <Word {...rest} value={draft.stored === text ? draft.typed : text} onChange={take} />
}
