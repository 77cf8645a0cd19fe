import { useTranslation } from 'react-i18next'

import type { Model } from '@/api/value'
import { useFormat } from '@/ui/useFormat'

export interface Measure {
  label: string
  value: string
}

/** The two or three numbers by which one trusts a model; undefined before its first run. */
export function useQuality(): (model: Model) => Measure[] | undefined {
  const { t } = useTranslation()
  const format = useFormat()
  return ({ card }) => {
    if (!card) return undefined
    const { metrics } = card
    const share = (value: number) => format.percent(value)
    const read = (name: string) => format.number(Math.round((metrics[name] ?? 0) * 1000) / 1000)
    const days = (name: string) => format.number(Math.round((metrics[name] ?? 0) * 10) / 10)
    if (metrics.auc !== undefined) {
      return [
        { label: t('value.quality.auc'), value: read('auc') },
        { label: t('value.quality.alone'), value: read('auc_of_recency_alone') },
        { label: t('value.quality.calibration'), value: share(metrics.calibration_error ?? 0) },
      ]
    }
    if (metrics.backtest_orders_observed !== undefined) {
      return [
        { label: t('value.quality.told'), value: format.number(Math.round(metrics.backtest_orders_predicted ?? 0)) },
        { label: t('value.quality.came'), value: format.number(metrics.backtest_orders_observed) },
      ]
    }
    if (metrics.backtest_days_off !== undefined) {
      return [
        { label: t('value.quality.daysOff'), value: days('backtest_days_off') },
        { label: t('value.quality.daysOffAll'), value: days('backtest_days_off_same_for_all') },
        { label: t('value.quality.inside'), value: share(metrics.backtest_in_interval ?? 0) },
      ]
    }
    if (metrics.auc_of_hidden_seeds !== undefined) return [{ label: t('value.quality.hidden'), value: read('auc_of_hidden_seeds') }]
    return [
      { label: t('value.quality.people'), value: format.compact(card.people) },
      { label: t('value.quality.events'), value: format.compact(card.events) },
    ]
  }
}
