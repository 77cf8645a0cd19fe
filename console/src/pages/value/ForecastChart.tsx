import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import type { Forecast } from '@/api/value'

import { echarts } from '../insights/chart/engine'
import { useLook } from '../insights/chart/useLook'
import { bandOption } from './band'
import { useMoney } from './money'

interface Props {
  told: Forecast
  currency: string | null
  height: number
  label: string
}

/** The past as a line, what comes as a dashed one in its interval; the table says the same. */
export default function ForecastChart({ told, currency, height, label }: Props) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<echarts.ECharts | null>(null)
  const look = useLook('day', 'UTC')
  const money = useMoney(currency)
  useEffect(() => {
    if (!box.current) return
    const made = echarts.init(box.current, null, { renderer: 'svg' })
    chart.current = made
    const watch = new ResizeObserver(() => made.resize({ animation: { duration: 0 } }))
    watch.observe(box.current)
    return () => {
      watch.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])
  useEffect(() => {
    const words = { past: t('value.forecast.past'), expected: t('value.forecast.expected'), interval: t('value.forecast.interval') }
    chart.current?.setOption(bandOption(told, look, money, words), { notMerge: true })
  }, [told, look, money, t])
  return <div ref={box} role="img" aria-label={label} dir="ltr" style={{ blockSize: height, inlineSize: '100%' }} />
}
