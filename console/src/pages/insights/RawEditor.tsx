import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Question } from '@/api/insights'
import { CopyButton } from '@/ui/CopyButton'
import { SegmentedControl } from '@/ui/SegmentedControl'
import { TextField } from '@/ui/TextField'

import css from './Insights.module.css'
import { toText, trimmed } from './question'
import { readYaml, toYaml } from './yaml'

type Form = 'yaml' | 'json'

interface Props {
  question: Question
  onChange: (question: Question) => void
}

/** The question as the API and `rapport insight --file` take it. What can be read is asked at once. */
export default function RawEditor({ question, onChange }: Props) {
  const { t } = useTranslation()
  const [form, setForm] = useState<Form>('yaml')
  const [draft, setDraft] = useState(() => written(question, 'yaml'))
  const [wrong, setWrong] = useState('')
  const own = useRef(toText(question))
  useEffect(() => {
    if (toText(question) === own.current) return
    own.current = toText(question)
    setDraft(written(question, form))
    setWrong('')
  }, [question, form])
  const edit = (text: string) => {
    setDraft(text)
    try {
      const read = readYaml(text)
      setWrong('')
      own.current = toText(read)
      onChange(read)
    } catch (error) {
      setWrong(error instanceof Error && error.message !== 'kind' ? error.message : t('insights.raw.noQuestion'))
    }
  }
  const turn = (next: Form) => {
    setForm(next)
    setDraft(written(question, next))
    setWrong('')
  }
  return (
    <div className={css.raw}>
      <div className={css.rawHead}>
        <SegmentedControl
          label={t('insights.raw.form')}
          choices={[
            { value: 'yaml', label: 'YAML' },
            { value: 'json', label: 'JSON' },
          ]}
          value={form}
          onChange={turn}
        />
        <CopyButton text={draft} />
      </div>
      <TextField label={t('insights.raw.label')} hint={t('insights.raw.hint')} value={draft} onChange={edit} error={wrong || undefined} rows={18} mono />
    </div>
  )
}

/** YAML is a superset of JSON, so that one reader does for both. */
function written(question: Question, form: Form): string {
  return form === 'yaml' ? toYaml(question) : JSON.stringify(trimmed(question), null, 2)
}
