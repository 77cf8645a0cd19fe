import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { Balance, BalanceRow } from '@/api/types'
import { Card } from '@/ui/Card'
import { StackedBar, type Part } from '@/ui/StackedBar'
import { Tag } from '@/ui/Tag'
import { useFormat } from '@/ui/useFormat'

const LOOK: readonly [Exclude<keyof BalanceRow, 'accepted'>, string, boolean][] = [
  ['stored', 'var(--chart-1)', false],
  ['duplicate', 'var(--chart-8)', true],
  ['filtered', 'var(--chart-6)', false],
  ['suppressed', 'var(--chart-7)', true],
  ['quarantined', 'var(--chart-2)', false],
  ['pending', 'var(--chart-3)', true],
]

/** accepted = stored + duplicate + filtered + suppressed + quarantined + pending, as one bar. */
export function BalanceCard({ balance }: { balance: Balance }) {
  const { t } = useTranslation()
  const format = useFormat()
  const parts: Part[] = LOOK.map(([id, color, hatched]) => ({
    id,
    color,
    hatched,
    label: t(`home.balance.${id}`),
    value: balance.totals[id],
  }))
  return (
    <Card
      title={t('home.balance.title')}
      note={
        <Tag tone={balance.balanced ? 'good' : 'bad'} icon={balance.balanced ? CircleCheck : CircleAlert}>
          {t(balance.balanced ? 'home.balance.balanced' : 'home.balance.unbalanced')}
        </Tag>
      }
      actions={t('home.balance.accepted', { count: balance.totals.accepted, formatted: format.number(balance.totals.accepted) })}
    >
      <StackedBar label={t('home.balance.label')} parts={parts} link={linkTo} />
    </Card>
  )
}

/** To the list behind each part. Nothing is filtered or suppressed yet, so these have none. */
function linkTo(part: Part, content: ReactNode): ReactNode {
  if (part.id === 'stored') return <Link to="/events">{content}</Link>
  if (part.id === 'duplicate') return <Link to="/live" search={{ status: 'duplicate' }}>{content}</Link>
  if (part.id === 'quarantined') return <Link to="/quarantine" search={{ status: 'all' }}>{content}</Link>
  if (part.id === 'pending') return <Link to="/live">{content}</Link>
  return content
}
