import { useEffect, useRef } from 'react'

import type { Cell } from '@/api/insights'

import type { Flow, Plot } from '../plots'
import { echarts } from './engine'
import { optionOf } from './options'
import type { Look } from './useLook'

interface Props {
  plot: Plot | Flow
  look: Look
  label: string
  /** px, or as high as the box around it. */
  height: number | 'fill'
  /** px that it is wide at least. */
  least: number
  onCell?: (cell: Cell) => void
}

/** A drawing for eyes and pointers; its table is the same for everybody else. */
export default function EChart({ plot, look, label, height, least, onCell }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<echarts.ECharts | null>(null)
  const press = useRef<(at: [number, number]) => void>(() => {})
  const pressMark = useRef<(mark: Mark) => void>(() => {})
  press.current = (at) => {
    const cell = chart.current && plot.form !== 'flow' && cellAt(chart.current, plot, at)
    if (cell) onCell?.(cell)
  }
  pressMark.current = ({ seriesIndex = 0, dataIndex, data }) => {
    const cell = plot.form === 'flow' ? flowCell(data) : isExact(plot) ? plot.series[seriesIndex]?.cell?.(dataIndex) : undefined
    if (cell) onCell?.(cell)
  }
  useEffect(() => {
    if (!box.current) return
    const made = echarts.init(box.current, null, { renderer: 'svg' })
    chart.current = made
    made.getZr().on('click', (event) => press.current([event.offsetX, event.offsetY]))
    made.on('click', (event) => pressMark.current(event as Mark))
    const watch = new ResizeObserver(() => made.resize({ animation: { duration: 0 } }))
    watch.observe(box.current)
    return () => {
      watch.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])
  useEffect(() => chart.current?.setOption(optionOf(plot, look), { notMerge: true }), [plot, look])
  return <div ref={box} role="img" aria-label={label} dir="ltr" style={{ blockSize: height === 'fill' ? '100%' : height, inlineSize: '100%', minInlineSize: least }} />
}

interface Mark {
  seriesIndex?: number
  dataIndex: number
  data: FlowData
}

interface FlowData {
  name?: string
  item?: string
  source?: string
  from?: string
  to?: string
}

function flowCell({ name = '', item, source = '', from, to }: FlowData): Cell {
  if (item !== undefined) return { step: Number(name.split(' ')[0]), item }
  return { step: Number(source.split(' ')[0]), item: from ?? '', next: to ?? '' }
}

/** Of lines the nearest number; bars beside or upon each other are pressed themselves. */
function cellAt(chart: echarts.ECharts, plot: Plot, at: [number, number]): Cell | undefined {
  if (isExact(plot) || !chart.containPixel('grid', at)) return undefined
  const [index, height] = chart.convertFromPixel('grid', at) as [number, number]
  const told = plot.series.filter((each) => each.cell && each.values[index] !== null && each.values[index] !== undefined)
  const found = told.toSorted((a, b) => Math.abs(a.values[index]! - height) - Math.abs(b.values[index]! - height))[0]
  return found?.cell?.(index)
}

function isExact(plot: Plot): boolean {
  return plot.form !== 'line' && plot.series.length > 1
}
