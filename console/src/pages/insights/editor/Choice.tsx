import { Check, ChevronDown } from 'lucide-react'
import { Button, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components/Select'

import type { Option } from '@/ui/Select'
import menu from '@/ui/Menu.module.css'

import css from './Editor.module.css'

interface Props<T extends string> {
  /** What is chosen here; read aloud. */
  label: string
  options: readonly (Option & { value: T })[]
  value: T
  onChange: (value: T) => void
}

/** One word of a sentence that can be another. */
export function Choice<T extends string>({ label, options, value, onChange }: Props<T>) {
  return (
    <Select aria-label={label} value={value} onChange={(key) => key !== null && onChange(String(key) as T)} className={css.inline}>
      <Button className={css.chip}>
        <SelectValue className={css.chipText} />
        <ChevronDown size={12} aria-hidden />
      </Button>
      <Popover className={menu.popover}>
        <ListBox items={options} className={menu.list}>
          {(option) => (
            <ListBoxItem id={option.value} textValue={option.label} className={menu.item}>
              {({ isSelected }) => (
                <>
                  <span className={menu.text}>{option.label}</span>
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
