import type { EChartsCoreOption } from 'echarts/core'

import type { Forecast } from '@/api/value'

import type { Look } from '../insights/chart/useLook'
import { lowest, type Money } from './money'

interface Words {
  past: string
  expected: string
  interval: string
}

const MOTION_MS = 180

/** What ECharts is told to draw: a line, its dashed continuation, and the band around that. */
export function bandOption({ past, days }: Forecast, look: Look, money: Money, words: Words): EChartsCoreOption {
  const [colour] = look.series
  const gap = past.map(() => null as number | null)
  const last = past.at(-1)?.revenue
  const joined = (first: number, rest: number[]) => (last === undefined ? rest : [...gap.slice(1), first, ...rest])
  const common = { type: 'line', symbol: 'none', emphasis: { disabled: true }, silent: true, connectNulls: false }
  return {
    animation: !look.still,
    animationDuration: MOTION_MS,
    textStyle: { fontFamily: look.font, color: look.text, fontSize: 12 },
    grid: { left: 8, right: 16, top: 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: tooltip({ past, days }, look, money, words),
    xAxis: {
      type: 'category',
      boundaryGap: false,
      data: [...past, ...days].map(({ day }) => look.write(day, 'period')),
      axisLine: { lineStyle: { color: look.line } },
      axisTick: { show: false },
      axisLabel: { color: look.muted, hideOverlap: true, margin: 10 },
    },
    yAxis: {
      type: 'value',
      axisLabel: { color: look.muted, formatter: (value: number) => look.short(value, 'number') },
      splitLine: { lineStyle: { color: look.line } },
      splitNumber: 4,
    },
    series: [
      { ...common, name: 'low', stack: 'band', lineStyle: { opacity: 0 }, data: joined(last ?? 0, days.map(({ low }) => low)) },
      {
        ...common,
        name: words.interval,
        stack: 'band',
        lineStyle: { opacity: 0 },
        areaStyle: { color: colour, opacity: 0.16 },
        data: joined(0, days.map(({ low, high }) => high - low)),
      },
      { ...common, name: words.past, lineStyle: { color: colour, width: 2 }, data: past.map(({ revenue }) => revenue) },
      { ...common, name: words.expected, lineStyle: { color: colour, width: 2, type: 'dashed' }, data: joined(last ?? 0, days.map(({ revenue }) => revenue)) },
    ],
  }
}

function tooltip({ past, days }: Pick<Forecast, 'past' | 'days'>, look: Look, money: Money, words: Words) {
  return {
    trigger: 'axis',
    backgroundColor: look.raised,
    borderColor: look.line,
    textStyle: { color: look.text, fontSize: 12, fontFamily: look.font },
    extraCssText: 'box-shadow: 0 8px 24px rgb(0 0 0 / 0.16); border-radius: 8px',
    confine: true,
    transitionDuration: look.still ? 0 : 0.1,
    axisPointer: { type: 'line', lineStyle: { color: look.muted } },
    formatter: (told: { dataIndex: number }[]) => {
      const index = told[0]?.dataIndex ?? 0
      const was = past[index]
      const comes = days[index - past.length]
      const rows = was
        ? [[words.past, money.full(was.revenue)]]
        : comes
          ? [
              [words.expected, money.full(comes.revenue)],
              [words.interval, `${lowest(comes.low, money.full)} – ${money.full(comes.high)}`],
            ]
          : []
      return board(look.write((was ?? comes)?.day ?? '', 'period', true), rows as [string, string][], look)
    },
  }
}

function board(title: string, rows: readonly [string, string][], look: Look): HTMLElement {
  const box = document.createElement('div')
  box.dir = look.dir
  const head = document.createElement('strong')
  head.textContent = title
  box.append(head)
  for (const [name, value] of rows) {
    const line = document.createElement('div')
    line.style.cssText = 'display: flex; gap: 16px; justify-content: space-between; margin-block-start: 4px'
    const number = document.createElement('span')
    number.textContent = value
    number.style.cssText = 'font-weight: 600; font-variant-numeric: tabular-nums'
    line.append(name, number)
    box.append(line)
  }
  return box
}
