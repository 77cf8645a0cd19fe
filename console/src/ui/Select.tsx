import { Check, ChevronDown } from 'lucide-react'
import { Button, Label, ListBox, ListBoxItem, Popover, Select as AriaSelect, SelectValue } from 'react-aria-components/Select'

import css from './field.module.css'
import menu from './Menu.module.css'

export interface Option {
  value: string
  label: string
}

interface Props {
  label: string
  options: readonly Option[]
  value: string
  onChange: (value: string) => void
  /** `inside` writes the label into the trigger, for rows of filters; `hidden` is for cells of tables. */
  labelAt?: 'above' | 'inside' | 'hidden'
}

export function Select({ label, options, value, onChange, labelAt = 'above' }: Props) {
  return (
    <AriaSelect
      aria-label={labelAt === 'above' ? undefined : label}
      value={value}
      onChange={(key) => key !== null && onChange(String(key))}
      className={css.field}
    >
      {labelAt === 'above' && <Label className={css.label}>{label}</Label>}
      <Button className={css.trigger}>
        {labelAt === 'inside' && <span className={css.prefix}>{label}</span>}
        <SelectValue className={css.value} />
        <ChevronDown size={14} aria-hidden />
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
    </AriaSelect>
  )
}
