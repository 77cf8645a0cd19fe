import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'

import css from './Conditions.module.css'
import type { RuleProps } from './EventRules'
import { EventWords } from './EventWords'
import { Filters } from './Filters'
import { Line } from './Line'
import { without, type Sequence, type Step } from './model'
import { longPath, shortPath } from './paths'
import { marks } from './slots'
import { LengthWord, Pick, Plain, Word } from './tokens'
import { useProperties } from './useKnown'
import { WindowWords } from './WindowWords'

const MOST_STEPS = 10

/** Events in order, each with its filters; the last one may be one that did not come. */
export function SequenceRule({ node, onChange, verb }: RuleProps<Sequence>) {
  const { t } = useTranslation()
  const { sequence } = node
  const setSteps = (steps: Step[]) => onChange({ ...node, sequence: steps })
  return (
    <>
      <div className={css.line}>
        <Line
          text={t('conditions.rule.sequence', marks('verb', 'within', 'during'))}
          slots={{
            verb,
            within: <Within kind="inAll" value={node.within} onChange={(within) => onChange(without(node, 'within', within))} />,
            during: <WindowWords during={node.during} onChange={(during) => onChange(without(node, 'during', during))} />,
          }}
        />
      </div>
      <ol className={css.steps}>
        {sequence.map((step, index) => (
          <li key={index} className={css.step} aria-label={t('conditions.step.label', { number: index + 1 })}>
            <StepRule
              step={step}
              first={index === 0}
              last={index === sequence.length - 1}
              onChange={(next) => setSteps(sequence.with(index, next))}
              onRemove={sequence.length > 2 ? () => setSteps(mended(sequence.filter((_, other) => other !== index))) : undefined}
            />
          </li>
        ))}
      </ol>
      <div className={css.line}>
        {sequence.length < MOST_STEPS && (
          <Button variant="ghost" size="small" icon={Plus} onPress={() => setSteps(withStep(sequence))}>
            {t('conditions.step.add')}
          </Button>
        )}
        <Same sequence={sequence} onChange={setSteps} />
      </div>
    </>
  )
}

interface StepProps {
  step: Step
  first: boolean
  last: boolean
  onChange: (step: Step) => void
  onRemove?: () => void
}

function StepRule({ step, first, last, onChange, onRemove }: StepProps) {
  const { t } = useTranslation()
  const absent = step.did_not !== undefined
  const names = step.did_not ?? step.did ?? ''
  const { paths, values } = useProperties(names, step.type)
  const named = (next: string | string[]) => onChange(absent ? { ...step, did_not: next } : { ...step, did: next })
  return (
    <>
      <div className={css.line}>
        <Line
          text={t('conditions.step.verb', marks('verb', 'event', 'within'))}
          slots={{
            verb: last && !first && <Verb absent={absent} onChange={() => onChange(turned(step))} />,
            event: <EventWords names={names} type={step.type} onChange={named} onType={(type) => onChange({ ...step, type })} />,
            within: !first && (
              <Within kind="pace" needed={absent} value={step.within} onChange={(within) => onChange(without(step, 'within', within))} />
            ),
          }}
        />
        {onRemove && <IconButton icon={X} size="small" label={t('conditions.step.remove')} onPress={onRemove} />}
      </div>
      <Filters filters={step.where ?? []} onChange={(where) => onChange(without(step, 'where', where.length ? where : undefined))} paths={paths} values={values} />
    </>
  )
}

function Verb({ absent, onChange }: { absent: boolean; onChange: () => void }) {
  const { t } = useTranslation()
  return (
    <Pick
      label={t('conditions.step.then')}
      quiet
      value={absent ? 'no' : 'yes'}
      choices={[
        { value: 'yes', label: t('conditions.step.did') },
        { value: 'no', label: t('conditions.step.didNot') },
      ]}
      onChange={(next) => (next === 'no') !== absent && onChange()}
    />
  )
}

interface WithinProps {
  kind: 'pace' | 'inAll'
  value: string | undefined
  needed?: boolean
  onChange: (value: string | undefined) => void
}

function Within({ kind, value, needed, onChange }: WithinProps) {
  const { t } = useTranslation()
  const label = t('conditions.step.pace')
  const [open, bounded] = kind === 'pace' ? (['anyPace', 'withinChoice'] as const) : (['anyTime', 'inAllChoice'] as const)
  const choices = [
    { value: 'open', label: t(`conditions.step.${open}`) },
    { value: 'bounded', label: t(`conditions.step.${bounded}`) },
  ]
  return (
    <>
      {!needed && (
        <Pick label={label} quiet value={value ? 'bounded' : 'open'} choices={choices} onChange={(next) => onChange(next === 'open' ? undefined : '1d')} />
      )}
      {needed && <Plain>{t('conditions.step.withinWord')}</Plain>}
      {value && <LengthWord label={label} value={value} onChange={onChange} />}
    </>
  )
}

/** All later steps look at the same property of the first one: the same product, the same cart. */
function Same({ sequence, onChange }: { sequence: readonly Step[]; onChange: (steps: Step[]) => void }) {
  const { t } = useTranslation()
  const { paths } = useProperties(sequence[0]?.did ?? '', sequence[0]?.type)
  const same = sequence[1]?.same ?? []
  const set = (next: string[]) =>
    onChange(sequence.map((step, index) => (index === 0 ? step : without(step, 'same', next.length ? next : undefined))))
  return (
    <>
      {same.length > 0 && <Plain>{t('conditions.step.sameWord')}</Plain>}
      {same.map((path, index) => (
        <span key={index} className={css.pair}>
          <Word
            label={t('conditions.property')}
            value={shortPath(path)}
            placeholder={t('conditions.propertyPlaceholder')}
            choices={paths.filter(({ value }) => !value.includes('[]') && value !== 'timestamp')}
            onChange={(text) => set(same.with(index, longPath(text)))}
          />
          <IconButton icon={X} size="small" label={t('conditions.step.removeSame')} onPress={() => set(same.filter((_, other) => other !== index))} />
        </span>
      ))}
      <Button variant="ghost" size="small" icon={Plus} onPress={() => set([...same, ''])}>
        {t('conditions.step.addSame')}
      </Button>
    </>
  )
}

function turned({ did, did_not, ...rest }: Step): Step {
  return did_not === undefined ? { ...rest, did_not: did ?? '', within: rest.within ?? '1d' } : { ...rest, did: did_not }
}

/** Only the last step can be one that did not come, and the first one has none before it. */
function mended(steps: readonly Step[]): Step[] {
  return steps.map((step, index) => {
    const placed = step.did_not !== undefined && index < steps.length - 1 ? turned(step) : step
    return index === 0 ? without(without(placed, 'within', undefined), 'same', undefined) : placed
  })
}

/** A new step before one that did not come, else at the end. */
function withStep(steps: readonly Step[]): Step[] {
  const same = steps[1]?.same
  const fresh: Step = { did: '', within: '1d', ...(same ? { same } : {}) }
  const end = steps.at(-1)?.did_not === undefined ? steps.length : steps.length - 1
  return steps.toSpliced(end, 0, fresh)
}
