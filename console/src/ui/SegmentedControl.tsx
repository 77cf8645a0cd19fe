import type { LucideIcon } from 'lucide-react'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup'

import css from './SegmentedControl.module.css'

interface Choice<T extends string> {
  value: T
  label: string
  icon?: LucideIcon
}

interface Props<T extends string> {
  label: string
  choices: readonly Choice<T>[]
  value: T
  onChange: (value: T) => void
}

/** One of two to four views or modes. */
export function SegmentedControl<T extends string>({ label, choices, value, onChange }: Props<T>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => onChange([...keys][0] as T)}
      className={css.group}
    >
      {choices.map(({ value: id, label: text, icon: Icon }) => (
        <ToggleButton key={id} id={id} className={css.choice}>
          {Icon && <Icon size={14} aria-hidden />}
          {text}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}
