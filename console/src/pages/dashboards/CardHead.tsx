import { ChartLine, Download, Table2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '@/ui/IconButton'
import { Menu, type MenuGroup } from '@/ui/Menu'

import css from './Dashboards.module.css'

interface Props {
  name: string
  /** The name as a link to the page of the question. */
  link: ReactNode
  table: boolean
  onTable: (table: boolean) => void
  menu?: readonly MenuGroup[]
}

/** Above an answer on a board: what it is called, as what it is shown, what can be taken along. */
export function CardHead({ name, link, table, onTable, menu }: Props) {
  const { t } = useTranslation()
  return (
    <header className={css.cardHead}>
      <h2>{link}</h2>
      <span className={css.cardTools}>
        <IconButton icon={table ? ChartLine : Table2} size="small" label={t(table ? 'dashboards.asChart' : 'dashboards.asTable', { name })} onPress={() => onTable(!table)} />
        {menu && <Menu label={t('dashboards.cardMenu', { name })} icon={Download} size="small" groups={menu} />}
      </span>
    </header>
  )
}
