import { Plus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '@/ui/IconButton'

import { Beside } from './Beside'
import css from './Conditions.module.css'
import { Filters } from './Filters'
import { Line } from './Line'
import {
  type Comparison,
  type Did,
  type Extreme,
  type InSegment,
  type Leaf,
  type OfAccount,
  type OfIdentifier,
  type OfTrait,
  type Percent,
} from './model'
import { COMPARISONS, OF_IDENTIFIERS, OPERATORS, withOperator } from './operators'
import { longPath, shortPath } from './paths'
import { SequenceRule } from './SequenceRule'
import { marks } from './slots'
import { NumberWord, Pick, Word } from './tokens'
import { CONSENT_CHOICES, IDENTIFIER_CHOICES, useEventNames, useProperties, useSegments, useTraits } from './useKnown'
import { WindowWords } from './WindowWords'
import { measureOf } from './words'

export interface RuleProps<T> {
  node: T
  onChange: (node: T) => void
  /** "did" or "did not", as a control. */
  verb: ReactNode
}

interface Props extends RuleProps<Leaf> {
  /** The segment that is edited: it cannot look at itself. */
  self?: string
  of: string
}

/** One condition as a sentence that one edits. */
export function Rule({ node, onChange, verb, self, of }: Props) {
  const { t } = useTranslation()
  if ('did' in node) return <DidRule node={node} onChange={onChange} verb={verb} />
  if ('has' in node) return <ExtremeRule node={node} onChange={onChange} verb={verb} />
  if ('sequence' in node) return <SequenceRule node={node} onChange={onChange} verb={verb} />
  if ('trait' in node) return <TraitRule node={node} onChange={onChange} verb={verb} of={of} />
  if ('identifier' in node) return <IdentifierRule node={node} onChange={onChange} verb={verb} />
  if ('segment' in node) return <SegmentRule node={node} onChange={onChange} verb={verb} self={self} of={of} />
  if ('account' in node) return <AccountRule node={node} onChange={onChange} verb={verb} />
  if ('percent' in node) return <PercentRule node={node} onChange={onChange} verb={verb} />
  if ('consent' in node) {
    const purpose = (
      <Word
        label={t('conditions.purpose')}
        value={node.consent}
        placeholder={t('conditions.purposePlaceholder')}
        choices={CONSENT_CHOICES}
        onChange={(consent) => onChange({ consent })}
      />
    )
    return (
      <div className={css.line}>
        <Line text={t('conditions.rule.consent', marks('verb', 'purpose'))} slots={{ verb, purpose }} />
      </div>
    )
  }
  return null
}

export const QUANTIFIERS = ['any', 'all', 'none'] as const

function DidRule({ node, onChange, verb }: RuleProps<Did>) {
  const { t } = useTranslation()
  const { paths, values } = useProperties(node.did, node.type)
  const { kind, path } = measureOf(node.measure)
  const { op = 'gte', value = 1 } = node
  const measured = (next: string, at = path) => {
    const { measure: _, ...rest } = node
    return onChange(next === 'count' ? rest : { ...rest, measure: next === 'days' ? next : { [next]: at } })
  }
  const slots = {
    op: (
      <Pick
        label={t('conditions.operator')}
        quiet
        value={op}
        choices={COMPARISONS.map((each) => ({ value: each, label: t(`conditions.than.${each}`) }))}
        onChange={(next) => onChange({ ...node, op: next, value })}
      />
    ),
    value: <NumberWord label={t('conditions.number')} value={value} onChange={(next) => onChange({ ...node, op, value: next })} />,
    measure: <MeasurePick kind={kind} value={value} onChange={measured} />,
    path: (
      <Word
        label={t('conditions.property')}
        value={shortPath(path)}
        placeholder={t('conditions.propertyPlaceholder')}
        choices={paths}
        onChange={(text) => measured(kind, longPath(text))}
      />
    ),
  }
  const plain = kind === 'count' || kind === 'days'
  const often = plain ? (
    <Line text={t('conditions.often.count', marks('op', 'value', 'measure'))} slots={slots} />
  ) : (
    <Line text={t('conditions.often.path', marks('op', 'value', 'measure', 'path'))} slots={slots} />
  )
  return (
    <>
      <div className={css.line}>
        <Line
          text={t('conditions.rule.did', marks('verb', 'event', 'where', 'often', 'during'))}
          slots={{
            verb,
            event: <EventWords names={node.did} type={node.type} onChange={(did) => onChange({ ...node, did })} onType={(type) => onChange({ ...node, type })} />,
            often,
            during: <WindowWords during={node.during} onChange={(during) => onChange(without(node, 'during', during))} />,
          }}
        />
      </div>
      <Filters filters={node.where ?? []} onChange={(where) => onChange(without(node, 'where', where.length ? where : undefined))} paths={paths} values={values} />
    </>
  )
}

const MEASURES = ['count', 'days', 'sum', 'avg', 'min', 'max', 'unique'] as const

function MeasurePick({ kind, value, onChange }: { kind: string; value: number; onChange: (kind: string) => void }) {
  const { t } = useTranslation()
  const label = (each: (typeof MEASURES)[number]) =>
    each === 'count' || each === 'days' ? t(`conditions.measure.${each}`, { count: value }) : t(`conditions.measure.${each}`)
  return (
    <Pick
      label={t('conditions.measureLabel')}
      value={kind}
      choices={MEASURES.map((each) => ({ value: each, label: label(each) }))}
      onChange={onChange}
    />
  )
}

function ExtremeRule({ node, onChange, verb }: RuleProps<Extreme>) {
  const { t } = useTranslation()
  const head = node.first === undefined ? 'last' : 'first'
  const names = node[head] ?? ''
  const { paths, values } = useProperties(names, node.type)
  return (
    <>
      <div className={css.line}>
        <Line
          text={t('conditions.rule.first', marks('verb', 'event', 'during', 'where'))}
          slots={{
            verb,
            event: <EventWords names={names} type={node.type} onChange={(next) => onChange({ ...node, [head]: next })} onType={(type) => onChange({ ...node, type })} />,
            during: <WindowWords during={node.during} onChange={(during) => onChange(without(node, 'during', during))} />,
          }}
        />
      </div>
      <Filters needed filters={node.has} onChange={(has) => onChange({ ...node, has })} paths={paths} values={values} />
    </>
  )
}

function TraitRule({ node, onChange, verb, of }: RuleProps<OfTrait> & { of: string }) {
  const { t } = useTranslation()
  const { names, values } = useTraits(of === 'accounts' ? 'group' : 'identify')
  return (
    <div className={css.line}>
      <Line
        text={t('conditions.rule.trait', marks('verb', 'trait', 'op', 'value'))}
        slots={{
          verb,
          trait: (
            <Word
              label={t('conditions.trait')}
              value={node.trait}
              placeholder={t('conditions.traitPlaceholder')}
              choices={names}
              onChange={(trait) => onChange({ ...node, trait })}
            />
          ),
          op: <OperatorPick node={node} allowed={OPERATORS} onChange={onChange} />,
          value: <Beside node={node} onChange={onChange} choices={values(node.trait)} />,
        }}
      />
    </div>
  )
}

function IdentifierRule({ node, onChange, verb }: RuleProps<OfIdentifier>) {
  const { t } = useTranslation()
  const said = { op: 'exists', ...node }
  return (
    <div className={css.line}>
      <Line
        text={t('conditions.rule.trait', marks('verb', 'trait', 'op', 'value'))}
        slots={{
          verb,
          trait: (
            <Word
              label={t('conditions.identifier')}
              value={node.identifier}
              choices={IDENTIFIER_CHOICES}
              onChange={(identifier) => onChange({ ...node, identifier })}
            />
          ),
          op: <OperatorPick node={said} allowed={OF_IDENTIFIERS} onChange={onChange} />,
          value: <Beside node={said} onChange={onChange} />,
        }}
      />
    </div>
  )
}

function OperatorPick<T extends Comparison>({ node, allowed, onChange }: { node: T; allowed: readonly string[]; onChange: (node: T) => void }) {
  const { t } = useTranslation()
  return (
    <Pick
      label={t('conditions.operator')}
      quiet
      value={node.op ?? 'eq'}
      choices={allowed.map((each) => ({ value: each, label: t(`conditions.op.${each as 'eq'}`) }))}
      onChange={(op) => onChange(withOperator(node, op))}
    />
  )
}

function SegmentRule({ node, onChange, verb, self, of }: RuleProps<InSegment> & { self?: string; of: string }) {
  const { t } = useTranslation()
  const known = useSegments(of, self)
  // A segment that is gone stays visible: the error at this condition names it.
  const choices = !node.segment || known.some(({ value }) => value === node.segment) ? known : [...known, { value: node.segment, label: node.segment }]
  return (
    <div className={css.line}>
      <Line
        text={t('conditions.rule.segment', marks('verb', 'segment'))}
        slots={{
          verb,
          segment: (
            <Pick
              label={t('conditions.segment')}
              value={node.segment}
              placeholder={t('conditions.segmentPlaceholder')}
              choices={choices}
              onChange={(segment) => onChange({ segment })}
            />
          ),
        }}
      />
    </div>
  )
}

function AccountRule({ node, onChange, verb }: RuleProps<OfAccount>) {
  const { t } = useTranslation()
  const { names, values } = useTraits('group')
  return (
    <>
      <div className={css.line}>
        <Line
          text={t('conditions.rule.account', marks('verb', 'quantifier', 'where'))}
          slots={{
            verb,
            quantifier: (
              <Pick
                label={t('conditions.kind.account')}
                value={node.account}
                choices={QUANTIFIERS.map((each) => ({ value: each, label: t(`conditions.account.${each}`) }))}
                onChange={(account) => onChange({ ...node, account })}
              />
            ),
          }}
        />
      </div>
      <Filters of="account" filters={node.where ?? []} onChange={(where) => onChange(without(node, 'where', where.length ? where : undefined))} paths={names} values={values} />
    </>
  )
}

function PercentRule({ node, onChange, verb }: RuleProps<Percent>) {
  const { t } = useTranslation()
  return (
    <div className={css.line}>
      <Line
        text={t('conditions.rule.percent', marks('verb', 'share', 'salt'))}
        slots={{
          verb,
          share: <NumberWord label={t('conditions.kind.percent')} value={node.percent} least={0} most={100} onChange={(percent) => onChange({ ...node, percent })} />,
          salt: <Word label={t('conditions.salt')} value={node.salt} onChange={(salt) => onChange({ ...node, salt })} />,
        }}
      />
    </div>
  )
}

interface EventProps {
  names: string | string[]
  type: string | undefined
  onChange: (names: string | string[]) => void
  onType: (type: string) => void
}

const TYPES = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const

/** One event or several of which any will do. Of another type than track, the type is said too. */
export function EventWords({ names, type, onChange, onType }: EventProps) {
  const { t } = useTranslation()
  const choices = useEventNames(type)
  const list = Array.isArray(names) ? names : [names]
  const set = (next: string[]) => onChange(next.length === 1 ? next[0]! : next)
  return (
    <>
      {(type !== undefined || list.includes('*')) && (
        <Pick
          label={t('conditions.eventType')}
          quiet
          value={type ?? ''}
          placeholder={t('conditions.anyType')}
          choices={TYPES.map((each) => ({ value: each, label: t(`event.type.${each}`) }))}
          onChange={onType}
        />
      )}
      {list.map((name, index) => (
        <span key={index} className={css.pair}>
          {index > 0 && <span className={css.plain}>{t('conditions.or')}</span>}
          <Word
            label={t('conditions.event')}
            value={name}
            placeholder={t('conditions.eventPlaceholder')}
            choices={choices}
            onChange={(next) => set(list.with(index, next))}
          />
          {list.length > 1 && (
            <IconButton icon={X} size="small" label={t('conditions.removeEvent')} onPress={() => set(list.filter((_, other) => other !== index))} />
          )}
        </span>
      ))}
      {list[0] !== '' && list[0] !== '*' && <IconButton icon={Plus} size="small" label={t('conditions.orEvent')} onPress={() => set([...list, ''])} />}
    </>
  )
}

/** The node with a part set, or left out when there is none. */
export function without<T extends object, K extends keyof T>(node: T, key: K, value: T[K] | undefined): T {
  const { [key]: _, ...rest } = node
  return (value === undefined ? rest : { ...rest, [key]: value }) as T
}
