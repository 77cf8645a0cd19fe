import { useTranslation } from 'react-i18next'

import type { PathsQuestion } from '@/api/insights'
import { IconButton } from '@/ui/IconButton'
import { X } from 'lucide-react'

import { ANYTHING } from '../question'
import css from './Editor.module.css'
import { EventLine } from './EventLine'
import { Finder } from './Finder'
import { DurationChip, NumberChip } from './Inputs'
import { PathFinder } from './PathFinder'
import { Sentence } from './Sentence'
import { usePickOptions } from './useCatalogue'

interface Props {
  question: PathsQuestion
  onChange: (question: PathsQuestion) => void
}

export function PathsEditor({ question, onChange }: Props) {
  const { t } = useTranslation()
  const event = question.event ?? ANYTHING
  return (
    <>
      <h2>{t('insights.say.paths')}</h2>
      <EventLine pick={event} label={t('insights.edit.event')} onChange={(next) => onChange({ ...question, event: next })} />
      <Sentence
        text={t('insights.say.named')}
        parts={{
          path: (
            <PathFinder
              label={t('insights.edit.item')}
              picks={[event]}
              value={question.by ?? 'event'}
              required
              onChange={(by) => onChange({ ...question, by, start: undefined, end: undefined })}
            />
          ),
        }}
      />
      <Sentence
        text={t('insights.say.ends')}
        parts={{
          start: <Item label={t('insights.edit.pathStart')} by={question.by} value={question.start} onChange={(start) => onChange({ ...question, start })} />,
          end: <Item label={t('insights.edit.pathEnd')} by={question.by} value={question.end} onChange={(end) => onChange({ ...question, end })} />,
        }}
      />
      <Sentence
        text={t('insights.say.steps')}
        parts={{
          count: <NumberChip label={t('insights.edit.stepCount')} value={question.steps ?? 5} least={2} most={20} onChange={(steps) => onChange({ ...question, steps })} />,
          session: <DurationChip label={t('insights.edit.session')} value={question.session ?? '30m'} onChange={(session) => onChange({ ...question, session })} />,
        }}
      />
    </>
  )
}

interface ItemProps {
  label: string
  by: string | undefined
  value: string | undefined
  onChange: (value: string | undefined) => void
}

/** What a path begins or ends with; names of events where these are the items. */
function Item({ label, by, value, onChange }: ItemProps) {
  const { t } = useTranslation()
  const events = usePickOptions()
  const names = by === undefined || by === 'event' ? events.slice(1).map(({ value: id, detail }) => ({ value: id.slice(id.indexOf(':') + 1), detail })) : []
  const unique = [...new Map(names.map((each) => [each.value, { ...each, label: each.value }])).values()]
  return (
    <span className={css.inline}>
      <Finder label={label} options={unique} value={value ?? ''} text={value} placeholder={t('insights.edit.anything')} free onChange={onChange} />
      {value && <IconButton icon={X} size="small" label={t('insights.edit.clear', { name: label })} onPress={() => onChange(undefined)} />}
    </span>
  )
}
