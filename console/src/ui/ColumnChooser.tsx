import { Columns3, Check } from 'lucide-react'
import { useCallback, useState } from 'react'
import { Button } from 'react-aria-components/Button'
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components/Menu'
import { useTranslation } from 'react-i18next'

import button from './Button.module.css'
import { classes } from './classes'
import css from './Menu.module.css'
import type { TableColumn } from './Table'

/** Which columns a table shows, remembered on this device under its name. The first one always stays. */
export function useChosenColumns<T>(table: string, columns: readonly TableColumn<T>[], hiddenAtFirst: readonly string[] = []) {
  const key = `rapport.columns.${table}`
  const [hidden, setHidden] = useState(() => new Set(read(key) ?? hiddenAtFirst))
  const hide = useCallback(
    (ids: ReadonlySet<string>) => {
      localStorage.setItem(key, JSON.stringify([...ids]))
      setHidden(new Set(ids))
    },
    [key],
  )
  return { shown: columns.filter(({ id }) => !hidden.has(id)), hidden, hide }
}

interface Props<T> {
  columns: readonly TableColumn<T>[]
  hidden: ReadonlySet<string>
  onHide: (ids: ReadonlySet<string>) => void
}

export function ColumnChooser<T>({ columns, hidden, onHide }: Props<T>) {
  const { t } = useTranslation()
  const choices = columns.slice(1)
  return (
    <MenuTrigger>
      <Button
        aria-label={t('ui.columns')}
        render={(props) => <button {...props} title={t('ui.columns')} />}
        className={classes(button.button, button.ghost, button.square)}
      >
        <Columns3 size={16} aria-hidden />
      </Button>
      <Popover placement="bottom end" className={css.popover}>
        <Menu
          aria-label={t('ui.columns')}
          className={css.list}
          items={choices}
          selectionMode="multiple"
          shouldCloseOnSelect={false}
          selectedKeys={choices.filter(({ id }) => !hidden.has(id)).map(({ id }) => id)}
          onSelectionChange={(keys) => onHide(new Set(choices.filter(({ id }) => keys !== 'all' && !keys.has(id)).map(({ id }) => id)))}
        >
          {({ id, label }) => (
            <MenuItem id={id} textValue={label} className={css.item}>
              {({ isSelected }) => (
                <>
                  <span className={css.text}>{label}</span>
                  {isSelected && <Check size={14} aria-hidden />}
                </>
              )}
            </MenuItem>
          )}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}

function read(key: string): string[] | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return Array.isArray(found) ? found.filter((id) => typeof id === 'string') : null
  } catch {
    return null
  }
}
