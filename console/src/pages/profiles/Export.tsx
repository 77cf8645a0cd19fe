import { Download } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { profilesFile, type ProfileFilter, type ProfileList } from '@/api/people'
import { BulkBar } from '@/ui/BulkBar'
import { Button } from '@/ui/Button'
import { download } from '@/ui/download'
import { Menu } from '@/ui/Menu'
import type { Chosen } from '@/ui/Table'
import { useFormat } from '@/ui/useFormat'

const FORMATS = ['csv', 'json'] as const

/** All that fit the filters, as a file. */
export function ExportAll({ filter }: { filter: ProfileFilter }) {
  const { t } = useTranslation()
  const entries = FORMATS.map((format) => ({
    id: format,
    label: t(`profiles.export.${format}`),
    onAction: () => download(profilesFile(format, filter)),
  }))
  return <Menu label={t('profiles.export.all')} icon={Download} groups={[{ label: t('profiles.export.all'), entries }]} />
}

interface Props {
  chosen: Chosen
  filter: ProfileFilter
  total: ProfileList | undefined
  onClear: () => void
}

/** What can be done with the chosen people. */
export function ChosenPeople({ chosen, filter, total, onClear }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const count = chosen === 'all' ? (total?.count ?? 0) : chosen.size
  const ids = chosen === 'all' ? undefined : [...chosen]
  return (
    <BulkBar
      onClear={onClear}
      actions={FORMATS.map((kind) => (
        <Button key={kind} size="small" icon={Download} onPress={() => download(profilesFile(kind, filter, ids))}>
          {t(`profiles.export.${kind}`)}
        </Button>
      ))}
    >
      {t('profiles.chosen', { count, formatted: format.number(count) })}
    </BulkBar>
  )
}
