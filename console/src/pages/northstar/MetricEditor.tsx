import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { Series } from '@/api/insights'
import { UNITS, type Combine, type Metric, type MetricUnit } from '@/api/northstar'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'

import { Choice } from '../insights/editor/Choice'
import editor from '../insights/editor/Editor.module.css'
import { EventLine } from '../insights/editor/EventLine'
import { TypedChip } from '../insights/editor/Inputs'
import { Sentence } from '../insights/editor/Sentence'
import { Measure } from '../insights/editor/TrendsEditor'
import css from './NorthStar.module.css'
import { withoutSeries, withSeries } from './star'

interface Props {
  metric: Metric
  /** What it is called while it has no name of its own. */
  label: string
  depth: number
  addName: () => string
  onChange: (metric: Metric) => void
  onRemove?: () => void
}

const DEEPEST = 4
const MOST_SERIES = 4
const LETTERS = 'ABCDEFGHIJ'

/** A metric with its inputs, which are metrics, too. */
export function MetricEditor({ metric, label, depth, addName, onChange, onRemove }: Props) {
  const { t } = useTranslation()
  const name = metric.name || label
  return (
    <div className={css.metricEditor} role="group" aria-label={name}>
      <div className={css.metricHead}>
        <TypedChip label={`${t('northstar.editor.called')}: ${label}`} value={metric.name} placeholder={label} onChange={(next) => onChange({ ...metric, name: next })} />
        {onRemove && <IconButton icon={X} size="small" label={t('northstar.editor.removeInput', { name })} onPress={onRemove} />}
      </div>
      <Events metric={metric} name={name} onChange={onChange} />
      <UnitLine metric={metric} name={name} onChange={onChange} />
      <Inputs metric={metric} name={name} depth={depth} addName={addName} onChange={onChange} />
    </div>
  )
}

type PartProps = Pick<Props, 'metric' | 'onChange'> & { name: string }

function Events({ metric, name, onChange }: PartProps) {
  const { t } = useTranslation()
  const { series } = metric
  const put = (index: number, next: Series) => onChange({ ...metric, series: series.map((each, place) => (place === index ? next : each)) })
  const several = series.length > 1
  return (
    <>
      {series.map((each, index) => (
        <EventLine
          key={index}
          mark={several ? LETTERS[index] : undefined}
          pick={each}
          label={several ? `${name}: ${t('insights.edit.series', { letter: LETTERS[index] })}` : name}
          onChange={(next) => put(index, next)}
          after={<Measure series={each} onChange={(next) => put(index, next)} />}
          onRemove={several ? () => onChange(withoutSeries(metric, index)) : undefined}
        />
      ))}
      {several && (
        <div className={editor.sentence}>
          <span>{t('northstar.editor.formula')}</span>
          <TypedChip label={`${t('insights.edit.formula')}: ${name}`} value={metric.formula ?? ''} placeholder="A / B" mono onChange={(formula) => onChange({ ...metric, formula })} />
        </div>
      )}
      {series.length < MOST_SERIES && (
        <Button variant="ghost" size="small" icon={Plus} onPress={() => onChange(withSeries(metric))}>
          {t('northstar.editor.addSeries')}
          <span className="hidden-visually"> {name}</span>
        </Button>
      )}
    </>
  )
}

const MOST_DECIMALS = 4
const USUAL = ''
const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'CNY', 'JPY', 'SAR', 'AED', 'INR']

/** "shown as money, in EUR, 2 decimals". */
function UnitLine({ metric, name, onChange }: PartProps) {
  const { t } = useTranslation()
  const { as = 'number', currency = '', decimals } = metric.unit ?? {}
  const put = (unit: MetricUnit) => onChange({ ...metric, unit: { ...metric.unit, ...unit } })
  const label = `${t('northstar.editor.unit')}: ${name}`
  return (
    <div className={editor.sentence}>
      <Sentence
        text={t('northstar.editor.shownAs')}
        parts={{ unit: <Choice label={label} options={UNITS.map((value) => ({ value, label: t(`northstar.unit.${value}`) }))} value={as} onChange={(next) => put({ as: next, currency: next === 'currency' ? currency || CURRENCIES[0] : undefined })} /> }}
      />
      {as === 'currency' && (
        <TypedChip label={`${t('northstar.editor.currency')}: ${name}`} value={currency} placeholder="EUR" examples={CURRENCIES} mono onChange={(next) => put({ currency: next.trim().toUpperCase() })} />
      )}
      <Choice
        label={`${t('northstar.editor.decimals')}: ${name}`}
        options={[USUAL, ...Array.from({ length: MOST_DECIMALS + 1 }, (_, places) => String(places))].map((value) => ({
          value,
          label: value === USUAL ? t('northstar.editor.usualDecimals') : t('northstar.editor.decimalsCount', { count: Number(value), formatted: value }),
        }))}
        value={decimals === undefined ? USUAL : String(decimals)}
        onChange={(next) => put({ decimals: next === USUAL ? undefined : Number(next) })}
      />
    </div>
  )
}

function Inputs({ metric, name, depth, addName, onChange }: PartProps & Pick<Props, 'depth' | 'addName'>) {
  const { t } = useTranslation()
  const inputs = metric.inputs ?? []
  const put = (next: Metric[]) => onChange({ ...metric, inputs: next, combine: next.length ? metric.combine : undefined })
  const add = () => put([...inputs, { name: addName(), series: [{ ...metric.series[0]!, measure: 'people', path: undefined }] }])
  return (
    <>
      {inputs.length > 0 && (
        <>
          <Sentence
            text={t('northstar.editor.is')}
            parts={{
              combine: (
                <Choice<Combine | 'none'>
                  label={`${t('northstar.editor.inputs')}: ${name}`}
                  options={(['product', 'sum', 'none'] as const).map((value) => ({ value, label: t(`northstar.by.${value}`) }))}
                  value={metric.combine ?? 'none'}
                  onChange={(combine) => onChange({ ...metric, combine: combine === 'none' ? undefined : combine })}
                />
              ),
            }}
          />
          <div className={css.inputs}>
            {inputs.map((each, index) => (
              <MetricEditor
                key={index}
                metric={each}
                label={t('northstar.editor.input', { number: index + 1 })}
                depth={depth + 1}
                addName={addName}
                onChange={(next) => put(inputs.map((old, place) => (place === index ? next : old)))}
                onRemove={() => put(inputs.filter((_, place) => place !== index))}
              />
            ))}
          </div>
        </>
      )}
      {depth < DEEPEST && (
        <Button variant="ghost" size="small" icon={Plus} onPress={add}>
          {depth === 0 ? t('northstar.editor.addInput') : t('northstar.editor.addInputTo', { name })}
        </Button>
      )}
    </>
  )
}
