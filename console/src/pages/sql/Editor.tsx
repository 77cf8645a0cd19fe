import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'

import css from './Sql.module.css'

interface Props {
  ref?: Ref<HTMLTextAreaElement>
  value: string
  onChange: (value: string) => void
  onRun: () => void
}

const FEWEST_LINES = 6
const MOST_LINES = 16

/** Plain text with Ctrl+Enter. Tab leaves it, as everywhere else. */
export function Editor({ ref, value, onChange, onRun }: Props) {
  const { t } = useTranslation()
  const lines = value.split('\n').length + 1
  return (
    <textarea
      ref={ref}
      className={css.editor}
      aria-label={t('sql.query')}
      placeholder="SELECT event, count(*) FROM events GROUP BY ALL ORDER BY 2 DESC"
      dir="ltr"
      spellCheck={false}
      autoComplete="off"
      rows={Math.min(Math.max(lines, FEWEST_LINES), MOST_LINES)}
      value={value}
      data-main-search
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
        event.preventDefault()
        onRun()
      }}
    />
  )
}
