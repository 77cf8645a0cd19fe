import type { EChartsCoreOption } from 'echarts/core'

import { THEN } from '../names'
import type { Flow, Plot, PlotSeries } from '../plots'
import type { Look } from './useLook'

const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin', 'arrow', 'circle']
const STRIPES = { symbol: 'rect', color: 'rgba(255, 255, 255, 0.4)', dashArrayX: [1, 0], symbolSize: 1 }
/** The first is plain; neighbours differ by more than colour. */
const DECALS = [
  { symbol: 'none' },
  { ...STRIPES, dashArrayY: [2, 5], rotation: Math.PI / 4 },
  { ...STRIPES, dashArrayY: [2, 5], rotation: -Math.PI / 4 },
  { ...STRIPES, symbol: 'circle', symbolSize: 0.8, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0] },
  { ...STRIPES, dashArrayY: [2, 5], rotation: 0 },
  { ...STRIPES, dashArrayY: [2, 5], rotation: Math.PI / 2 },
  { ...STRIPES, dashArrayY: [4, 3], rotation: Math.PI / 4 },
  { ...STRIPES, dashArrayY: [4, 3], rotation: -Math.PI / 4 },
]
const MANY_POINTS = 45
const MOTION_MS = 180

/** What ECharts is told to draw. Time runs from left to right in every language. */
export function optionOf(plot: Plot | Flow, look: Look): EChartsCoreOption {
  const base = {
    animation: !look.still,
    animationDuration: MOTION_MS,
    animationDurationUpdate: MOTION_MS,
    textStyle: { fontFamily: look.font, color: look.text, fontSize: 12 },
    color: look.series,
  }
  return plot.form === 'flow' ? { ...base, ...flow(plot, look) } : { ...base, ...axes(plot, look) }
}

function axes(plot: Plot, look: Look): EChartsCoreOption {
  const bars = plot.form !== 'line'
  const solid = plot.series.filter((series) => !series.faint)
  return {
    aria: { enabled: true, label: { enabled: false }, decal: { show: bars && solid.length > 1, decals: DECALS } },
    grid: { left: 8, right: 16, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: tooltip(look, (index) => board(plot, index, look), bars),
    xAxis: {
      type: 'category',
      boundaryGap: bars,
      data: plot.x.map((value) => look.write(value, plot.xAs)),
      axisLine: { lineStyle: { color: look.line } },
      axisTick: { show: false },
      axisLabel: { color: look.muted, hideOverlap: true, margin: 10 },
    },
    yAxis: {
      type: 'value',
      minInterval: plot.as === 'number' && plot.series.every(({ values }) => values.every((value) => Number.isInteger(value ?? 0))) ? 1 : undefined,
      axisLabel: { color: look.muted, formatter: (value: number) => look.short(value, plot.as) },
      splitLine: { lineStyle: { color: look.line } },
      splitNumber: 4,
    },
    series: bars ? plot.series.map((series) => bar(series, plot, look)) : plot.series.flatMap((series) => lines(series, plot, look)),
  }
}

function bar(series: PlotSeries, plot: Plot, look: Look) {
  const data = series.values.map((value, index) => (index >= plot.openFrom ? { value, itemStyle: { opacity: 0.55 } } : value))
  return {
    type: 'bar',
    name: series.name,
    data,
    stack: plot.form === 'stacked' ? 'all' : undefined,
    barMaxWidth: 46,
    barGap: '12%',
    cursor: series.cell ? 'pointer' : 'default',
    itemStyle: { color: look.series[series.look], opacity: series.faint ? 0.35 : 1, borderRadius: plot.form === 'stacked' ? 0 : [3, 3, 0, 0] },
    emphasis: { disabled: true },
  }
}

/** What is not complete yet is a second, dashed line that goes on where the first one ends. */
function lines(series: PlotSeries, plot: Plot, look: Look) {
  const { openFrom } = plot
  const style = { color: look.series[series.look], width: series.faint ? 1.5 : 2, opacity: series.faint ? 0.5 : 1 }
  const common = {
    type: 'line',
    name: series.name,
    symbol: SYMBOLS[series.look],
    symbolSize: 5,
    showSymbol: !series.faint && series.values.length <= MANY_POINTS,
    cursor: series.cell ? 'pointer' : 'default',
    itemStyle: { color: look.series[series.look], opacity: series.faint ? 0.5 : 1 },
    emphasis: { disabled: true },
    connectNulls: false,
  }
  const area = plot.series.length === 1 ? { areaStyle: { color: look.series[series.look], opacity: 0.08 } } : {}
  const closed = { ...common, ...area, data: series.values.map((value, index) => (index < openFrom ? value : null)), lineStyle: { ...style, type: series.faint ? 'dotted' : 'solid' } }
  if (openFrom >= series.values.length) return [closed]
  const open = { ...common, data: series.values.map((value, index) => (index >= openFrom - 1 ? value : null)), lineStyle: { ...style, type: 'dashed' } }
  return [closed, open]
}

function flow({ nodes, links }: Flow, look: Look): EChartsCoreOption {
  const items = [...new Set(nodes.map(({ item }) => item))]
  return {
    tooltip: { ...surface(look), trigger: 'item', formatter: (told: { name: string; value: number; data: { from?: string; to?: string; item?: string } }) => link(told, look) },
    series: [
      {
        type: 'sankey',
        left: 4,
        right: LABELS,
        top: 8,
        bottom: 8,
        nodeWidth: 10,
        nodeGap: 12,
        layoutIterations: 24,
        draggable: false,
        emphasis: { focus: 'adjacency' },
        lineStyle: { color: 'source', opacity: 0.22, curveness: 0.5 },
        labelLayout: { hideOverlap: true },
        label: { color: look.text, fontSize: 12, textBorderWidth: 0, formatter: ({ data }: { data: { item: string } }) => cut(data.item) },
        data: nodes.map(({ step, item, paths }) => ({
          name: `${step} ${item}`,
          item,
          depth: step - 1,
          value: paths,
          itemStyle: { color: look.series[items.indexOf(item) % look.series.length] },
        })),
        links: links.map(({ step, from, to, paths }) => ({ source: `${step} ${from}`, target: `${step + 1} ${to}`, value: paths, from, to })),
      },
    ],
  }
}

/** px for the names behind the last step. */
const LABELS = 104
const LONGEST = 16

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

function surface(look: Look) {
  return {
    backgroundColor: look.raised,
    borderColor: look.line,
    textStyle: { color: look.text, fontSize: 12, fontFamily: look.font },
    extraCssText: 'box-shadow: 0 8px 24px rgb(0 0 0 / 0.16); border-radius: 8px',
    confine: true,
    transitionDuration: look.still ? 0 : 0.1,
  }
}

function tooltip(look: Look, show: (index: number) => HTMLElement, bars: boolean) {
  return {
    ...surface(look),
    trigger: 'axis',
    axisPointer: { type: bars ? 'shadow' : 'line', lineStyle: { color: look.muted }, shadowStyle: { color: look.muted, opacity: 0.08 } },
    formatter: (told: { dataIndex: number }[]) => show(told[0]?.dataIndex ?? 0),
  }
}

/** Built from elements, never from text as HTML: names of events come from outside. */
function board(plot: Plot, index: number, look: Look): HTMLElement {
  const box = document.createElement('div')
  box.dir = look.dir
  const title = document.createElement('strong')
  title.textContent = look.write(plot.x[index] ?? '', plot.xAs, true)
  box.append(title)
  for (const series of plot.series) {
    const value = series.values[index]
    if (value === null || value === undefined) continue
    box.append(row(series.name, look.write(Math.abs(value), plot.as), look.series[series.look], series.faint))
  }
  return box
}

function link({ name, value, data }: { name: string; value: number; data: { from?: string; to?: string; item?: string } }, look: Look): HTMLElement {
  const box = document.createElement('div')
  box.dir = look.dir
  box.append(row(data.from === undefined ? (data.item ?? name) : `${data.from}${THEN}${data.to}`, look.write(value, 'number')))
  return box
}

function row(name: string, value: string, colour?: string, faint?: boolean): HTMLElement {
  const line = document.createElement('div')
  line.style.cssText = 'display: flex; align-items: center; gap: 8px; margin-block-start: 4px'
  if (colour) {
    const swatch = document.createElement('span')
    swatch.style.cssText = `inline-size: 8px; block-size: 8px; border-radius: 2px; background: ${colour}; opacity: ${faint ? 0.5 : 1}`
    line.append(swatch)
  }
  const label = document.createElement('bdi')
  label.textContent = name
  label.style.cssText = 'max-inline-size: 260px; overflow: hidden; text-overflow: ellipsis'
  const number = document.createElement('span')
  number.textContent = value
  number.style.cssText = 'margin-inline-start: auto; padding-inline-start: 16px; font-weight: 600; font-variant-numeric: tabular-nums'
  line.append(label, number)
  return line
}
