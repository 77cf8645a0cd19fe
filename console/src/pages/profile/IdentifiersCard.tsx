import { useTranslation } from 'react-i18next'

import type { IdentifierDetail, IdentityView } from '@/api/people'
import { Card } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { Num } from '@/ui/Num'
import { PlainTable, type PlainColumn } from '@/ui/PlainTable'
import { Tag } from '@/ui/Tag'

import { Label } from './Label'
import { labelOf } from './names'
import css from './Profile.module.css'

interface Props {
  view: IdentityView
  chosen: readonly string[]
  onSelect: (label: string) => void
}

/** The nodes of the graph as a table; ticking two asks what joins them. */
export function IdentifiersCard({ view, chosen, onSelect }: Props) {
  const { t } = useTranslation()
  const columns: PlainColumn<IdentifierDetail>[] = [
    {
      id: 'identifier',
      label: t('profile.column.identifier'),
      render: (one) => {
        const label = labelOf(one)
        return (
          <label className={css.tick}>
            <input type="checkbox" checked={chosen.includes(label)} onChange={() => onSelect(label)} />
            <Label of={label} />
          </label>
        )
      },
    },
    { id: 'state', label: t('profile.column.state'), render: (one) => <State state={one.state} />, wideOnly: true },
    { id: 'count', label: t('profile.column.events'), render: (one) => <Num value={one.count} />, align: 'end' },
    { id: 'first', label: t('profile.column.first'), render: (one) => <DateTime at={one.first_seen} as="date" />, wideOnly: true },
    { id: 'last', label: t('profile.column.last'), render: (one) => <DateTime at={one.last_seen} as="date" />, wideOnly: true },
    { id: 'sources', label: t('profile.column.sources'), render: (one) => one.sources.join(', '), wideOnly: true },
  ]
  return (
    <Card title={t('profile.identity.identifiers')} note={t('profile.identity.pick')} flush>
      <PlainTable label={t('profile.identity.identifiers')} columns={columns} rows={view.identifiers} rowId={labelOf} />
    </Card>
  )
}

function State({ state }: { state: IdentifierDetail['state'] }) {
  const { t } = useTranslation()
  const joins = state === 'open' || state === 'owned'
  return <Tag tone={joins ? 'neutral' : 'warn'}>{t(`profile.identity.state.${state}`)}</Tag>
}
