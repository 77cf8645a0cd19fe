import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import css from './Conditions.module.css'
import { EventWords } from './EventWords'
import { Filters } from './Filters'
import { Line } from './Line'
import { without, type Did, type Extreme } from './model'
import { COMPARISONS } from './operators'
import { longPath, shortPath } from './paths'
import { marks } from './slots'
import { NumberWord, Pick, Word } from './tokens'
import { useProperties } from './useKnown'
import { WindowWords } from './WindowWords'
import { measureOf } from './words'

export interface RuleProps<T> {
  node: T
  onChange: (node: T) => void
  /** "did" or "did not", as a control. */
  verb: ReactNode
}

export function DidRule({ node, onChange, verb }: RuleProps<Did>) {
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

export function ExtremeRule({ node, onChange, verb }: RuleProps<Extreme>) {
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
