import { Check, ChevronDown, Search } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Autocomplete } from 'react-aria-components/Autocomplete'
import { Header } from 'react-aria-components/Menu'
import { Input, SearchField } from 'react-aria-components/SearchField'
import { Button, ListBox, ListBoxItem, ListBoxSection, Popover, Select, SelectValue } from 'react-aria-components/Select'
import { useTranslation } from 'react-i18next'

import menu from '@/ui/Menu.module.css'
import { classes } from '@/ui/classes'

import css from './Editor.module.css'

export interface Found {
  value: string
  label: string
  /** Beside the label: how often, of which type. */
  detail?: string
  /** Under which heading it stands; those of one heading follow each other. */
  section?: string
}

interface Props {
  label: string
  options: readonly Found[]
  value: string
  /** Shown when nothing of `options` has the value. */
  text?: string
  placeholder?: string
  onChange: (value: string) => void
  /** What is typed may be taken as it is. */
  free?: boolean
  strong?: boolean
}

const MOST = 200

/** A word of a sentence out of many: typing narrows the list. */
export function Finder({ label, options, value, text, placeholder, onChange, free, strong }: Props) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const items = useMemo(() => {
    const wanted = typed.trim().toLocaleLowerCase()
    const fitting = options.filter((option) => option.label.toLocaleLowerCase().includes(wanted)).slice(0, MOST)
    const exact = options.some((option) => option.label === typed.trim() || option.value === typed.trim())
    return free && typed.trim() && !exact ? [...fitting, { value: typed.trim(), label: t('insights.edit.use', { text: typed.trim() }) }] : fitting
  }, [options, typed, free, t])
  const shown = options.find((option) => option.value === value)?.label ?? text ?? value
  return (
    <Select
      aria-label={label}
      value={value || null}
      onChange={(key) => key !== null && onChange(String(key))}
      onOpenChange={() => setTyped('')}
      className={css.inline}
    >
      <Button className={classes(css.chip, strong && css.strong, !shown && css.unset)}>
        <SelectValue className={css.chipText}>{() => shown || placeholder}</SelectValue>
        <ChevronDown size={12} aria-hidden />
      </Button>
      <Popover className={classes(menu.popover, css.finder)}>
        <Autocomplete inputValue={typed} onInputChange={setTyped}>
          <SearchField aria-label={t('insights.edit.find')} autoFocus className={css.find}>
            <Search size={14} aria-hidden />
            {/* A combobox, since it has the keys of its list: the list scrolls and is not a stop of Tab. */}
            <Input role="combobox" aria-expanded aria-haspopup="listbox" placeholder={t('insights.edit.find')} />
          </SearchField>
          <ListBox className={classes(menu.list, css.found)} renderEmptyState={() => <p className={css.nothing}>{t('insights.edit.nothing')}</p>}>
            {sectionsOf(items).map(([section, found]) =>
              section ? (
                <ListBoxSection key={section} id={section}>
                  <Header className={menu.header}>{section}</Header>
                  {found.map(row)}
                </ListBoxSection>
              ) : (
                found.map(row)
              ),
            )}
          </ListBox>
        </Autocomplete>
      </Popover>
    </Select>
  )
}

function row({ value, label, detail }: Found) {
  return (
    <ListBoxItem key={value} id={value} textValue={label} className={menu.item}>
      {({ isSelected }) => (
        <>
          <bdi className={menu.text}>{label}</bdi>
          {detail && <span className={css.detail}>{detail}</span>}
          {isSelected && <Check size={14} aria-hidden />}
        </>
      )}
    </ListBoxItem>
  )
}

function sectionsOf(items: readonly Found[]): [string, Found[]][] {
  const sections = new Map<string, Found[]>()
  for (const item of items) sections.set(item.section ?? '', [...(sections.get(item.section ?? '') ?? []), item])
  return [...sections]
}
