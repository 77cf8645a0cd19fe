import { useEffect, useRef, type ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components/Tabs'

import css from './Tabs.module.css'

export interface TabItem {
  id: string
  label: string
  /** Number of things inside; shown beside the label. */
  count?: string
  content: ReactNode
}

interface Props {
  label: string
  items: readonly TabItem[]
  /** Kept in the address by the page. */
  selected: string
  onSelect: (id: string) => void
}

export function Tabs({ label, items, selected, onSelect }: Props) {
  const list = useRef<HTMLDivElement>(null)
  // On narrow screens the list scrolls.
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [selected])
  return (
    <AriaTabs selectedKey={selected} onSelectionChange={(key) => onSelect(String(key))} className={css.tabs}>
      <TabList ref={list} aria-label={label} className={css.list}>
        {items.map((item) => (
          <Tab key={item.id} id={item.id} className={css.tab}>
            {item.label}
            {item.count !== undefined && <span className={css.count}>{item.count}</span>}
          </Tab>
        ))}
      </TabList>
      {items.map((item) => (
        <TabPanel key={item.id} id={item.id} className={css.panel}>
          {item.content}
        </TabPanel>
      ))}
    </AriaTabs>
  )
}
