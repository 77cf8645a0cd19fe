import { Check, type LucideIcon } from 'lucide-react'
import { Button } from 'react-aria-components/Button'
import { Header, Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components/Menu'

import { classes } from './classes'
import button from './Button.module.css'
import css from './Menu.module.css'
import { useDenied, type Scope } from './may'

export interface MenuEntry {
  id: string
  label: string
  icon?: LucideIcon
  danger?: boolean
  disabled?: boolean
  /** What the reader must be allowed to; else the entry rests and says why. */
  needs?: Scope
  onAction?: () => void
}

export interface MenuGroup {
  /** Shown above the entries. */
  label?: string
  entries: readonly MenuEntry[]
  /** Makes the group a choice of one. */
  selected?: string
}

interface Props {
  /** What it offers; read aloud, and shown on hover when there is no `text`. */
  label: string
  groups: readonly MenuGroup[]
  /** On the button that opens it. */
  icon: LucideIcon
  text?: string
  size?: 'normal' | 'small'
  placement?: 'bottom start' | 'bottom end' | 'top start' | 'end bottom'
}

/** A button with the choices that it opens. */
export function Menu({ label, groups, icon: Icon, text, size = 'normal', placement = 'bottom end' }: Props) {
  const look = text ? button.secondary : classes(button.ghost, button.square)
  return (
    <MenuTrigger>
      <Button
        aria-label={label}
        render={(props) => <button {...props} title={text ? undefined : label} />}
        className={classes(button.button, look, size === 'small' && button.small)}
      >
        <Icon size={16} aria-hidden />
        {text}
      </Button>
      <Popover placement={placement} className={css.popover}>
        <AriaMenu aria-label={label} className={css.list}>
          {groups.map((group, index) => (
            <MenuSection
              key={group.label ?? index}
              aria-label={group.label ?? label}
              selectionMode={group.selected === undefined ? 'none' : 'single'}
              selectedKeys={group.selected === undefined ? [] : [group.selected]}
            >
              {group.label && <Header className={css.header}>{group.label}</Header>}
              {group.entries.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </MenuSection>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}

function Entry({ entry }: { entry: MenuEntry }) {
  const Icon = entry.icon
  const denied = useDenied(entry.needs)
  return (
    <MenuItem
      id={entry.id}
      textValue={entry.label}
      onAction={entry.onAction}
      isDisabled={entry.disabled || Boolean(denied)}
      className={classes(css.item, entry.danger && css.danger)}
    >
      {({ isSelected }) => (
        <>
          {Icon && <Icon size={15} aria-hidden />}
          <span className={css.text}>
            {entry.label}
            {denied && <span className={css.why}>{denied}</span>}
          </span>
          {isSelected && <Check size={14} aria-hidden />}
        </>
      )}
    </MenuItem>
  )
}
