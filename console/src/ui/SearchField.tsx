import { Search, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, Input, SearchField as AriaSearchField } from 'react-aria-components/SearchField'

import css from './field.module.css'

interface Props {
  label: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
  /** Milliseconds of rest before `onChange` is called. */
  delay?: number
  /** The one that `/` jumps to; at most one on a page. */
  main?: boolean
}

export function SearchField({ label, value, onChange, placeholder, delay = 200, main }: Props) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState(value)
  useEffect(() => setDraft(value), [value])
  useEffect(() => {
    if (draft === value) return
    const timer = setTimeout(() => onChange(draft), delay)
    return () => clearTimeout(timer)
  }, [draft, value, onChange, delay])
  return (
    <AriaSearchField aria-label={label} value={draft} onChange={setDraft} className={css.search}>
      <Search size={15} aria-hidden className={css.glass} />
      <Input placeholder={placeholder ?? label} className={css.input} data-main-search={main || undefined} />
      <Button className={css.clear} aria-label={t('ui.clear')}>
        <X size={14} aria-hidden />
      </Button>
    </AriaSearchField>
  )
}
