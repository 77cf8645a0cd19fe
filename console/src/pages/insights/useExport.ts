import { useTranslation } from 'react-i18next'

import type { Answered } from '@/api/insights'
import type { MenuEntry } from '@/ui/Menu'
import { useToast } from '@/ui/Toast'

import { useLook } from './chart/useLook'
import { unitOf } from './periods'
import { plotOf, type View } from './plots'
import { csvOf, tableName, tablesOf } from './tables'

/** The answer as files: a picture of the chart, and each table as CSV. */
export function useExport(told: Answered | undefined, view: View, title: string): MenuEntry[] {
  const { t } = useTranslation()
  const toast = useToast()
  const look = useLook(told ? unitOf(told.question) : 'day', told?.question.timezone)
  if (!told) return []
  const name = fileName(title)
  const picture = async () => {
    try {
      const { pictureOf } = await import('./chart/picture')
      save(await pictureOf(plotOf(told, view, t), look, title), `${name}.png`)
    } catch {
      toast(t('insights.export.failed'), 'bad')
    }
  }
  return [
    { id: 'png', label: t('insights.export.png'), onAction: () => void picture() },
    ...tablesOf(told, t).map((table) => ({
      id: [table.id, table.of].join(' '),
      label: t('insights.export.csv', { name: tableName(table, t) }),
      onAction: () => save(new Blob(['\ufeff', csvOf(table)], { type: 'text/csv;charset=utf-8' }), `${name}-${fileName(table.of ?? table.id)}.csv`),
    })),
  ]
}

function fileName(title: string): string {
  return title.toLocaleLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '') || 'insight'
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
