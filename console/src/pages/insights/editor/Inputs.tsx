import { useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { classes } from '@/ui/classes'

import { Choice } from './Choice'
import css from './Editor.module.css'

interface TextProps {
  label: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
  /** What it may be completed to. */
  examples?: readonly string[]
  mono?: boolean
  type?: 'text' | 'date'
}

const REST_MS = 350

/** A word of a sentence that is typed; told on rest, Enter and leaving. */
export function TypedChip({ label, value, onChange, placeholder, examples, mono, type = 'text' }: TextProps) {
  const [draft, setDraft] = useState(value)
  const list = useId()
  useEffect(() => setDraft(value), [value])
  useEffect(() => {
    if (draft === value) return
    const timer = setTimeout(() => onChange(draft), REST_MS)
    return () => clearTimeout(timer)
  }, [draft, value, onChange])
  const tell = () => draft !== value && onChange(draft)
  return (
    <>
      <input
        type={type}
        aria-label={label}
        value={draft}
        placeholder={placeholder}
        list={examples?.length ? list : undefined}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={tell}
        onKeyDown={(event) => event.key === 'Enter' && tell()}
        className={classes(css.typed, mono && css.mono)}
        size={Math.min(24, Math.max(draft.length, draft ? 0 : (placeholder?.length ?? 0), 4))}
      />
      {Boolean(examples?.length) && (
        <datalist id={list}>
          {examples?.map((example) => (
            <option key={example} value={example} />
          ))}
        </datalist>
      )}
    </>
  )
}

interface NumberProps {
  label: string
  value: number
  least: number
  most: number
  onChange: (value: number) => void
}

export function NumberChip({ label, value, least, most, onChange }: NumberProps) {
  const [draft, setDraft] = useState(String(value))
  useEffect(() => setDraft(String(value)), [value])
  const tell = (text: string) => {
    setDraft(text)
    const number = Number(text)
    if (text && Number.isInteger(number) && number >= least && number <= most) onChange(number)
  }
  return (
    <input
      type="number"
      aria-label={label}
      min={least}
      max={most}
      value={draft}
      onChange={(event) => tell(event.target.value)}
      onBlur={() => setDraft(String(value))}
      className={classes(css.typed, css.count)}
      style={{ inlineSize: `${Math.max(draft.length, 1) + 5}ch` }}
    />
  )
}

const UNITS = ['m', 'h', 'd', 'w'] as const
const WRITTEN = /^([1-9]\d{0,9})([smhdw])$/

/** `7d` as a number and a unit. */
export function DurationChip({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation()
  const [, count = '7', unit = 'd'] = WRITTEN.exec(value) ?? []
  const units = unit === 's' ? (['s', ...UNITS] as const) : UNITS
  return (
    <span className={css.inline}>
      <NumberChip label={label} value={Number(count)} least={1} most={9999} onChange={(next) => onChange(`${next}${unit}`)} />
      <Choice
        label={t('insights.edit.unitOf', { name: label })}
        value={unit}
        options={units.map((each) => ({ value: each as string, label: t(`insights.unit.${each}`, { count: Number(count) }) }))}
        onChange={(next) => onChange(`${count}${next}`)}
      />
    </span>
  )
}
