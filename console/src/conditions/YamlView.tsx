import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Words } from '@/ui/Words'

import css from './Conditions.module.css'
import type { NodeError } from './errors'
import { Refused } from './Tree'
import { lineOf, readYaml, toYaml } from './yaml'

interface Props {
  label: string
  value: unknown
  onChange: (value: unknown) => void
  error?: NodeError
}

const FEWEST_LINES = 10
const MOST_LINES = 30

/** The same as a file has it. What cannot be read changes nothing; where, is said beneath. */
export function YamlView({ label, value, onChange, error }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState(() => toYaml(value))
  const [broken, setBroken] = useState<number>()
  const take = (next: string) => {
    setText(next)
    const found = readYaml(next)
    setBroken('line' in found ? found.line : undefined)
    if ('data' in found) onChange(found.data)
  }
  const line = error && lineOf(text, error.at)
  return (
    <div className={css.code}>
      <textarea
        className={css.yaml}
        aria-label={label}
        aria-invalid={broken !== undefined || error !== undefined}
        dir="ltr"
        spellCheck={false}
        rows={Math.min(Math.max(text.split('\n').length + 1, FEWEST_LINES), MOST_LINES)}
        value={text}
        onChange={(event) => take(event.target.value)}
      />
      {broken !== undefined && (
        <p className={css.error} role="alert">
          {t('conditions.yaml.unreadable', { line: broken })}
        </p>
      )}
      {broken === undefined && error && (
        <>
          {line !== undefined && <p className={css.errorLine}>{t('conditions.yaml.atLine', { line })}</p>}
          <Refused error={error} />
        </>
      )}
      <p className={css.hint}>
        <Words text={t('conditions.yaml.hint')} />
      </p>
    </div>
  )
}
