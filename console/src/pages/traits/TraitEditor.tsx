import { Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { computationWords, COMPUTATIONS, PERIODS, readComputation, readModel, toComputation, withKind, type ComputationKind, type Parts } from '@/conditions/computations'
import { ViewChoice, type View } from '@/conditions/ConditionEditor'
import css from '@/conditions/Conditions.module.css'
import { isInside, type NodeError } from '@/conditions/errors'
import { Filters } from '@/conditions/Filters'
import { Line } from '@/conditions/Line'
import { longPath, shortPath } from '@/conditions/paths'
import { EventWords } from '@/conditions/EventWords'
import { marks } from '@/conditions/slots'
import { LengthWord, Pick, Word } from '@/conditions/tokens'
import { Refused } from '@/conditions/Tree'
import { useVoice } from '@/conditions/useVoice'
import { useProperties } from '@/conditions/useKnown'
import { WindowWords } from '@/conditions/WindowWords'
import { YamlView } from '@/conditions/YamlView'
import { Card } from '@/ui/Card'
import { TextField } from '@/ui/TextField'
import { Words } from '@/ui/Words'

interface Props {
  value: unknown
  onChange: (value: unknown) => void
  error?: NodeError
  note?: ReactNode
  actions?: ReactNode
}

/** A computed trait as a sentence that one edits, or as YAML; both say the same. */
export function TraitEditor({ value, onChange, error, note, actions }: Props) {
  const { t } = useTranslation()
  const [view, setView] = useState<View>('sentence')
  const parts = readComputation(value)
  const model = readModel(value)
  const set = (change: Partial<Parts>) => parts && onChange(toComputation({ ...parts, ...change }))
  return (
    <Card
      title={t('traits.subject')}
      note={note}
      actions={
        <>
          {actions}
          <ViewChoice view={view} onChange={setView} />
        </>
      }
    >
      {view === 'code' && <YamlView label={t('traits.yaml')} value={value} onChange={onChange} error={error} />}
      {view === 'sentence' && !parts && (model ? <OfModel value={value} /> : <p className={css.none}>{t('conditions.yaml.noTree')}</p>)}
      {view === 'sentence' && parts && (
        <div className={css.rule}>
          <Sentence parts={parts} onChange={set} onKind={(kind) => onChange(toComputation(withKind(parts, kind)))} />
          {isInside(error, 'trait') && <Refused error={error} />}
        </div>
      )}
    </Card>
  )
}

/** What a model says is chosen on its card. */
function OfModel({ value }: { value: unknown }) {
  const { t } = useTranslation()
  const voice = useVoice()
  return (
    <>
      <p>{computationWords(voice, value)}</p>
      <p className={css.none}>
        {t('traits.modelHint')} <Link to="/value" search={{ tab: 'models' }}>{t('value.title')}</Link>
      </p>
    </>
  )
}

interface SentenceProps {
  parts: Parts
  onChange: (change: Partial<Parts>) => void
  onKind: (kind: ComputationKind) => void
}

function Sentence({ parts, onChange, onKind }: SentenceProps) {
  const { t } = useTranslation()
  const kind = (
    <Pick
      label={t('traits.kindLabel')}
      value={parts.kind}
      choices={COMPUTATIONS.map((each) => ({ value: each, label: t(`traits.kind.${each}`) }))}
      onChange={(next) => onKind(next as ComputationKind)}
    />
  )
  if (parts.kind === 'expression') return <Formula parts={parts} onChange={onChange} kind={kind} />
  if (parts.kind === 'sql') return <Query parts={parts} onChange={onChange} kind={kind} />
  return <OfEvents parts={parts} onChange={onChange} kind={kind} />
}

interface PartProps {
  parts: Parts
  onChange: (change: Partial<Parts>) => void
  kind: ReactNode
}

function OfEvents({ parts, onChange, kind }: PartProps) {
  const { t } = useTranslation()
  const { paths, values } = useProperties(parts.events, parts.type)
  const slots = {
    kind,
    event: <EventWords names={parts.events} type={parts.type} onChange={(events) => onChange({ events })} onType={(type) => onChange({ type })} />,
    path: (
      <Word
        label={t('conditions.property')}
        value={shortPath(parts.path)}
        placeholder={t('conditions.propertyPlaceholder')}
        choices={paths.filter(({ value }) => !value.includes('[]') && value !== 'timestamp')}
        onChange={(text) => onChange({ path: longPath(text) })}
      />
    ),
    per: (
      <Pick
        label={t('traits.perLabel')}
        value={parts.per}
        choices={PERIODS.map((each) => ({ value: each, label: t(`traits.per.${each}`) }))}
        onChange={(per) => onChange({ per })}
      />
    ),
    during:
      parts.kind === 'rate' ? (
        <LengthOfRate parts={parts} onChange={onChange} />
      ) : (
        parts.kind !== 'days_since' && (
          <>
            <WindowWords during={parts.during} onChange={(during) => onChange({ during })} />
            <Session session={parts.session} onChange={(session) => onChange({ session })} />
          </>
        )
      ),
  }
  const line =
    parts.kind === 'rate' ? (
      <Line text={t('traits.rule.rate', marks('kind', 'event', 'per', 'during'))} slots={slots} />
    ) : parts.kind === 'count' || parts.kind === 'days_since' ? (
      <Line text={t('traits.rule.events', marks('kind', 'event', 'during'))} slots={slots} />
    ) : (
      <Line text={t('traits.rule.path', marks('kind', 'path', 'event', 'during'))} slots={slots} />
    )
  return (
    <>
      <div className={css.line}>{line}</div>
      <Filters filters={parts.where} onChange={(where) => onChange({ where })} paths={paths} values={values} />
    </>
  )
}

function LengthOfRate({ parts, onChange }: Omit<PartProps, 'kind'>) {
  const { t } = useTranslation()
  const length = parts.during && 'last' in parts.during ? parts.during.last : '30d'
  return (
    <Line
      text={t('conditions.window.last', marks('length'))}
      slots={{ length: <LengthWord label={t('conditions.window.label')} value={length} onChange={(last) => onChange({ during: { last } })} /> }}
    />
  )
}

function Session({ session, onChange }: { session: string | undefined; onChange: (session: string | undefined) => void }) {
  const { t } = useTranslation()
  const label = t('traits.session.label')
  return (
    <>
      <Pick
        label={label}
        quiet
        value={session ? 'present' : 'all'}
        choices={(['all', 'present'] as const).map((each) => ({ value: each, label: t(`traits.session.${each}`) }))}
        onChange={(next) => onChange(next === 'all' ? undefined : '30m')}
      />
      {session && <LengthWord label={label} value={session} onChange={onChange} />}
    </>
  )
}

function Formula({ parts, onChange, kind }: PartProps) {
  const { t } = useTranslation()
  return (
    <>
      <div className={css.line}>{kind}</div>
      <TextField
        label={t('traits.expression')}
        value={parts.text}
        onChange={(text) => onChange({ text })}
        hint={<Words text={t('traits.expressionHint')} />}
        placeholder="round(revenue / max(orders, 1), 2)"
        mono
      />
    </>
  )
}

function Query({ parts, onChange, kind }: PartProps) {
  const { t } = useTranslation()
  const every = <LengthWord label={t('traits.every')} value={parts.every} onChange={(next) => onChange({ every: next })} />
  return (
    <>
      <div className={css.line}>
        <Line text={t('traits.rule.sql', marks('kind', 'every'))} slots={{ kind, every }} />
      </div>
      <TextField label={t('traits.sql')} value={parts.text} onChange={(text) => onChange({ text })} hint={<Words text={t('traits.sqlHint')} />} rows={6} mono />
    </>
  )
}
