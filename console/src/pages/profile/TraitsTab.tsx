import { getRouteApi } from '@tanstack/react-router'
import { ChevronDown, ChevronRight, Pin, PinOff } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Candidate, Profile, Why } from '@/api/people'
import { Card } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { IconButton } from '@/ui/IconButton'
import { Id } from '@/ui/Id'
import { Num } from '@/ui/Num'
import { PlainTable, type PlainColumn } from '@/ui/PlainTable'
import { Tag } from '@/ui/Tag'

import { PinDialog, UnpinDialog } from './PinDialog'
import css from './Profile.module.css'
import { lostWords, ruleWords } from './ruleWords'
import { TraitValue } from './TraitValue'

const route = getRouteApi('/shell/profiles/$ref/{-$tab}')

interface Row {
  name: string
  why: Why
}

type Asked = { trait: string; value: unknown; action: 'pin' } | { trait: string; action: 'unpin' } | null

/** Each value with the rule that chose it; what lost is one press away. */
export function TraitsTab({ profile, address }: { profile: Profile; address: string }) {
  const { t } = useTranslation()
  const { trait: unfolded } = route.useSearch()
  const navigate = route.useNavigate()
  const [asked, setAsked] = useState<Asked>(null)
  const rows = Object.entries(profile.explain).map(([name, why]) => ({ name, why }))
  const toggle = (name: string) =>
    void navigate({ search: (old) => ({ ...old, trait: old.trait === name ? undefined : name }), replace: true })
  const columns = useColumns(unfolded, toggle, setAsked)
  if (rows.length === 0) return <EmptyState title={t('profile.noTraits')}>{t('profile.noTraitsHint')}</EmptyState>
  return (
    <Card title={t('profile.traits')} note={t('profile.traitsTableHint')} flush>
      <PlainTable
        label={t('profile.traits')}
        columns={columns}
        rows={rows}
        rowId={(row) => row.name}
        inside={(row) =>
          row.name === unfolded && <Candidates row={row} onPin={(value) => setAsked({ action: 'pin', trait: row.name, value })} />
        }
      />
      {asked?.action === 'pin' && <PinDialog address={address} trait={asked.trait} value={asked.value} onClose={() => setAsked(null)} />}
      {asked?.action === 'unpin' && <UnpinDialog address={address} trait={asked.trait} onClose={() => setAsked(null)} />}
    </Card>
  )
}

function useColumns(unfolded: string | undefined, toggle: (name: string) => void, ask: (asked: Asked) => void): PlainColumn<Row>[] {
  const { t } = useTranslation()
  return [
    {
      id: 'trait',
      label: t('profile.column.trait'),
      render: ({ name }) => (
        <button type="button" className={css.unfold} aria-expanded={unfolded === name} onClick={() => toggle(name)}>
          {unfolded === name ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden className="flip" />}
          <bdi>{name}</bdi>
        </button>
      ),
    },
    { id: 'value', label: t('profile.column.value'), render: ({ why }) => <TraitValue value={why.value} /> },
    {
      id: 'rule',
      label: t('profile.column.rule'),
      render: ({ why }) => (why.pinned ? <Tag tone="accent" icon={Pin}>{ruleWords(t, why.rule)}</Tag> : ruleWords(t, why.rule)),
      wideOnly: true,
    },
    { id: 'source', label: t('profile.column.source'), render: ({ why }) => why.source ?? why.pin?.by ?? '–', wideOnly: true },
    { id: 'time', label: t('profile.column.time'), render: ({ why }) => <DateTime at={why.time} />, wideOnly: true },
    {
      id: 'pin',
      label: <span className="hidden-visually">{t('profile.column.action')}</span>,
      align: 'end',
      render: ({ name, why }) => (
        <IconButton
          needs="write"
          icon={why.pinned ? PinOff : Pin}
          size="small"
          label={t(why.pinned ? 'profile.pin.unpinTrait' : 'profile.pin.pinTrait', { trait: name })}
          onPress={() => ask(why.pinned ? { action: 'unpin', trait: name } : { action: 'pin', trait: name, value: why.value })}
        />
      ),
    },
  ]
}

function Candidates({ row, onPin }: { row: Row; onPin: (value: unknown) => void }) {
  const { t } = useTranslation()
  const columns: PlainColumn<Candidate>[] = [
    { id: 'value', label: t('profile.column.candidate'), render: (one) => <TraitValue value={one.value} /> },
    {
      id: 'why',
      label: t('profile.column.outcome'),
      render: (one) => <Tag tone={one.wins ? 'good' : 'neutral'} dot={one.wins}>{lostWords(t, one.why)}</Tag>,
    },
    { id: 'source', label: t('profile.column.source'), render: (one) => one.source },
    { id: 'identifier', label: t('profile.column.seenOn'), render: (one) => (one.identifier ? <Id>{one.identifier}</Id> : '–'), wideOnly: true },
    { id: 'count', label: t('profile.column.times'), render: (one) => <Num value={one.count} />, align: 'end', wideOnly: true },
    { id: 'time', label: t('profile.column.time'), render: (one) => <DateTime at={one.time} />, wideOnly: true },
    {
      id: 'pin',
      label: <span className="hidden-visually">{t('profile.column.action')}</span>,
      align: 'end',
      render: (one) => (
        <IconButton needs="write" icon={Pin} size="small" label={t('profile.pin.pinValue', { value: asText(one.value) })} onPress={() => onPin(one.value)} />
      ),
    },
  ]
  return (
    <div className={css.candidates}>
      {row.why.pin && (
        <p>
          {t('profile.pin.by', { by: row.why.pin.by, reason: row.why.pin.reason || '–' })} <DateTime at={row.why.pin.at} />
        </p>
      )}
      <PlainTable
        label={t('profile.candidatesOf', { trait: row.name })}
        columns={columns}
        rows={row.why.candidates}
        rowId={(one) => `${one.message_id}:${one.source}:${one.identifier}:${asText(one.value)}`}
      />
    </div>
  )
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
