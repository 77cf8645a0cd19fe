import { Link } from '@tanstack/react-router'
import { ChartLine, Plus as Sum, UsersRound, X as Product } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { MetricAnswer, NorthStarTold } from '@/api/northstar'
import { Figure } from '@/ui/Figure'
import { IconButton } from '@/ui/IconButton'
import { Sparkline } from '@/ui/Sparkline'

import { toText } from '../insights/question'
import { MetricChange } from './MetricChange'
import css from './NorthStar.module.css'
import { useNumbers } from './numbers'
import { metricsOf, trendOf, trendsOf } from './star'

interface Props {
  told: NorthStarTold
  onWho: (metric: string, period: string) => void
}

/** The number on the left, what makes it to its right, and what makes that. */
export function StarTree({ told, onWho }: Props) {
  const { t } = useTranslation()
  const { metric } = told.answer
  if (!metric.inputs?.length) return <p className={css.quiet}>{t('northstar.noInputs')}</p>
  return (
    <div className={css.tree} role="group" aria-label={t('northstar.inputs')} tabIndex={0}>
      <ul>
        <Node node={metric} told={told} onWho={onWho} />
      </ul>
    </div>
  )
}

interface NodeProps extends Props {
  node: MetricAnswer
  above?: MetricAnswer
}

const SIGNS = { product: Product, sum: Sum }

function Node({ node, above, told, onWho }: NodeProps) {
  const { t } = useTranslation()
  const Sign = node.combine && SIGNS[node.combine]
  const inputs = node.inputs ?? []
  return (
    <li className={css.node}>
      <MetricCard node={node} above={above} told={told} onWho={onWho} />
      {inputs.length > 0 && (
        <div className={css.below}>
          <span className={css.sign} title={t(`northstar.by.${node.combine ?? 'none'}`)}>
            {Sign ? <Sign size={12} aria-hidden /> : <span aria-hidden>·</span>}
            <span className="hidden-visually">{t(`northstar.by.${node.combine ?? 'none'}`)}</span>
          </span>
          <ul className={css.kids}>
            {inputs.map((each) => (
              <Node key={each.name} node={each} above={node} told={told} onWho={onWho} />
            ))}
          </ul>
        </div>
      )}
    </li>
  )
}

function MetricCard({ node, above, told, onWho }: NodeProps) {
  const { t } = useTranslation()
  const numbers = useNumbers(node.unit)
  const part = useNumbers(above?.unit)
  const { name, value, before, contribution } = node
  const metric = metricsOf(told.question.metric).find((each) => each.name === name)
  return (
    <article className={css.metric} aria-label={name}>
      <header>
        <h3>
          <bdi>{name}</bdi>
        </h3>
        <span className={css.tools}>
          {metric?.series.length === 1 && <IconButton icon={UsersRound} size="small" label={t('northstar.who', { name })} onPress={() => onWho(name, told.answer.period)} />}
          {metric && <ExploreLink told={told} name={name} />}
        </span>
      </header>
      <Figure size="medium" value={numbers.short(value)} title={numbers.full(value)} change={<MetricChange of={node} />} />
      <p className={css.quiet}>
        {before === null ? t('northstar.nothingBefore') : t('northstar.against', { before: numbers.short(before) })}
        {above?.combine && contribution !== null && contribution !== undefined && <> · {t('northstar.made', { part: part.change(contribution) })}</>}
      </p>
      <Sparkline values={trendOf(node, told.answer)} label={t('northstar.trend', { name })} height={30} />
    </article>
  )
}

export function ExploreLink({ told, name }: { told: NorthStarTold; name: string }) {
  const { t } = useTranslation()
  const metric = metricsOf(told.question.metric).find((each) => each.name === name)
  if (!metric) return null
  const label = t('northstar.explore', { name })
  return (
    <Link to="/insights" search={{ q: toText(trendsOf(told.question, metric)) }} className={css.explore} aria-label={label} title={label}>
      <ChartLine size={15} aria-hidden />
    </Link>
  )
}
