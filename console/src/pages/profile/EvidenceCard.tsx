import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Evidence, Refusal } from '@/api/people'
import { Card } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { Num } from '@/ui/Num'
import { PlainTable, type PlainColumn } from '@/ui/PlainTable'
import { Tag } from '@/ui/Tag'

import { Label } from './Label'
import { refusalWords } from './ruleWords'

/** The lines of the graph as a table. */
export function EvidenceCard({ evidence }: { evidence: readonly Evidence[] }) {
  const { t } = useTranslation()
  const columns = useEvidenceColumns<Evidence>()
  return (
    <Card title={t('profile.evidence.title')} note={t('profile.evidence.hint')} flush>
      {evidence.length === 0 ? (
        <EmptyState title={t('profile.evidence.none')} />
      ) : (
        <PlainTable label={t('profile.evidence.title')} columns={columns} rows={evidence} rowId={idOf} />
      )}
    </Card>
  )
}

/** What would have joined somebody else, and the rule that did not let it. */
export function RefusedCard({ refused }: { refused: readonly Refusal[] }) {
  const { t } = useTranslation()
  const columns = useEvidenceColumns<Refusal>()
  const rule: PlainColumn<Refusal> = {
    id: 'rule',
    label: t('profile.column.rule'),
    render: (one) => (
      <>
        <Tag tone="bad">{one.rule}</Tag> <span title={one.explanation}>{refusalWords(t, one)}</span>
      </>
    ),
  }
  return (
    <Card title={t('profile.refused.title')} note={t('profile.refused.hint')} flush>
      <PlainTable label={t('profile.refused.title')} columns={[...columns.slice(0, 2), rule, ...columns.slice(2)]} rows={refused} rowId={idOf} />
    </Card>
  )
}

function idOf(evidence: Evidence): string {
  return [evidence.a, evidence.b, evidence.kind, evidence.message_id, 'rule' in evidence ? evidence.rule : ''].join('|')
}

function useEvidenceColumns<T extends Evidence>(): PlainColumn<T>[] {
  const { t } = useTranslation()
  return [
    { id: 'a', label: t('profile.column.one'), render: (one) => <Label of={one.a} /> },
    { id: 'b', label: t('profile.column.other'), render: (one) => <Label of={one.b} /> },
    { id: 'count', label: t('profile.column.events'), render: (one) => <Num value={one.count} />, align: 'end' },
    { id: 'first', label: t('profile.column.first'), render: (one) => <DateTime at={one.first_seen} as="date" />, wideOnly: true },
    { id: 'last', label: t('profile.column.last'), render: (one) => <DateTime at={one.last_seen} as="date" />, wideOnly: true },
    {
      id: 'source',
      label: t('profile.column.origin'),
      render: (one) =>
        one.kind === 'manual' ? (
          <Tag tone="info">{t('profile.evidence.manual')}</Tag>
        ) : (
          <Link to="/live" search={{ open: one.message_id }} title={one.message_id}>
            {one.source}
          </Link>
        ),
      wideOnly: true,
    },
  ]
}
