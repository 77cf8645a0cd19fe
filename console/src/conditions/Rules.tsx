import { useTranslation } from 'react-i18next'

import { Beside } from './Beside'
import css from './Conditions.module.css'
import { DidRule, ExtremeRule, type RuleProps } from './EventRules'
import { Filters } from './Filters'
import { Line } from './Line'
import { without, type Comparison, type InSegment, type Leaf, type OfAccount, type OfIdentifier, type OfTrait, type Percent } from './model'
import { OF_IDENTIFIERS, OPERATORS, withOperator } from './operators'
import { SequenceRule } from './SequenceRule'
import { marks } from './slots'
import { NumberWord, Pick, Word } from './tokens'
import { CONSENT_CHOICES, IDENTIFIER_CHOICES, useSegments, useTraits } from './useKnown'

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
