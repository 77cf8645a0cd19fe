import { Check, ChevronDown } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { ComboBox, Input as ComboInput } from 'react-aria-components/ComboBox'
import { Button, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components/Select'
import { useTranslation } from 'react-i18next'

import { classes } from '@/ui/classes'
import menu from '@/ui/Menu.module.css'

import css from './Conditions.module.css'
import { readLength, UNITS, unitWord } from './lengths'

/** The words of a sentence that one changes. Each is a plain control with a name of its own. */

export interface Choice {
  value: string
  label: string
  /** Said beside it in the list only. */
  detail?: string
}

interface PickProps {
  label: string
  choices: readonly Choice[]
  value: string
  onChange: (value: string) => void
  /** Verbs and joins stand out less than what is chosen. */
  quiet?: boolean
  placeholder?: string
}

/** One of a few. */
export function Pick({ label, choices, value, onChange, quiet, placeholder }: PickProps) {
  return (
    <Select
      aria-label={label}
      value={value || null}
      onChange={(key) => key !== null && onChange(String(key))}
      placeholder={placeholder}
      className={css.pick}
    >
      <Button className={classes(css.token, quiet && css.quiet)}>
        <SelectValue>
          {({ selectedText, isPlaceholder }) => (isPlaceholder ? <span className={css.placeholder}>{placeholder}</span> : selectedText)}
        </SelectValue>
        <ChevronDown size={12} aria-hidden />
      </Button>
      <Popover className={menu.popover}>
        <ListBox items={choices} className={menu.list}>
          {(choice) => (
            <ListBoxItem id={choice.value} textValue={choice.label} className={menu.item}>
              {({ isSelected }) => (
                <>
                  <span className={menu.text}>{choice.label}</span>
                  {choice.detail && <span className={css.detail}>{choice.detail}</span>}
                  {isSelected && <Check size={14} aria-hidden />}
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  )
}

interface WordProps {
  label: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
  /** Offered while one types; anything else may be typed too. */
  choices?: readonly Choice[]
  mono?: boolean
}

/** A name or a value, completed from what the shop has seen. */
export function Word({ label, value, onChange, placeholder, choices = [] }: WordProps) {
  if (choices.length === 0) return <PlainWord label={label} value={value} onChange={onChange} placeholder={placeholder} />
  return (
    <ComboBox
      aria-label={label}
      allowsCustomValue
      menuTrigger="focus"
      defaultItems={choices}
      inputValue={value}
      onInputChange={onChange}
      className={css.pick}
    >
      <ComboInput className={css.word} placeholder={placeholder} dir="auto" spellCheck={false} size={sizeOf(value, placeholder)} />
      <Popover className={menu.popover}>
        <ListBox<Choice> className={menu.list}>
          {(choice) => (
            <ListBoxItem id={choice.value} textValue={choice.label} className={menu.item}>
              <span className={menu.text} dir="auto">
                {choice.label}
              </span>
              {choice.detail && <span className={css.detail}>{choice.detail}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}

function PlainWord({ label, value, onChange, placeholder }: WordProps) {
  return (
    <input
      className={css.word}
      aria-label={label}
      value={value}
      placeholder={placeholder}
      dir="auto"
      spellCheck={false}
      autoComplete="off"
      size={sizeOf(value, placeholder)}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

function sizeOf(value: string, placeholder = ''): number {
  return Math.max(2, Math.min((value || placeholder).length, 40))
}

interface NumProps {
  label: string
  value: number
  onChange: (value: number) => void
  least?: number
  most?: number
  whole?: boolean
}

/** What is no number yet stays in the field and changes nothing. */
export function NumberWord({ label, value, onChange, least, most, whole }: NumProps) {
  const [draft, setDraft] = useState<string>()
  const shown = draft ?? String(value)
  const take = (text: string) => {
    const number = Number(text)
    const fits = text.trim() !== '' && Number.isFinite(number) && number >= (least ?? -Infinity) && number <= (most ?? Infinity)
    const usable = fits && (!whole || Number.isInteger(number))
    setDraft(usable && String(number) === text ? undefined : text)
    if (usable) onChange(number)
  }
  return (
    <input
      className={classes(css.word, css.number)}
      aria-label={label}
      inputMode={whole ? 'numeric' : 'decimal'}
      value={shown}
      size={Math.max(2, Math.min(shown.length, 12))}
      autoComplete="off"
      onChange={(event) => take(event.target.value)}
      onBlur={() => setDraft(undefined)}
    />
  )
}

export function DayWord({ label, value, onChange }: WordProps) {
  return <input type="date" className={css.word} aria-label={label} value={value.slice(0, 10)} onChange={(event) => onChange(event.target.value)} />
}

/** "30 days": a number and its unit. */
export function LengthWord({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const { t, i18n } = useTranslation()
  const { number, unit } = readLength(value) ?? { number: 1, unit: 'd' }
  const units = [...new Set<string>([...UNITS, unit])]
  return (
    <span className={css.pair} role="group" aria-label={label}>
      <NumberWord label={t('conditions.number')} value={number} least={1} most={99_999} whole onChange={(next) => onChange(`${next}${unit}`)} />
      <Pick
        label={t('conditions.unit')}
        value={unit}
        choices={units.map((each) => ({ value: each, label: unitWord(i18n.language, each, number) }))}
        onChange={(next) => onChange(`${number}${next}`)}
      />
    </span>
  )
}

/** Words that stand between the tokens. */
export function Plain({ children }: { children: ReactNode }) {
  return <span className={css.plain}>{children}</span>
}
