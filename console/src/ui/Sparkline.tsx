import { useId } from 'react'

import css from './Metric.module.css'
import { linePath } from './linePath'

interface Props {
  values: readonly number[]
  /** Says in words what the line shows. */
  label: string
  height?: number
}

const WIDTH = 240

/** A small line of how something went. Oldest first; time runs left to right in every language. */
export function Sparkline({ values, label, height = 36 }: Props) {
  const fill = useId()
  if (values.length < 2) return null
  const line = linePath(values, WIDTH, height)
  return (
    <svg viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" className={css.spark} style={{ blockSize: height }} role="img" aria-label={label}>
      <linearGradient id={fill} x1="0" x2="0" y1="0" y2="1">
        <stop offset="0" stopColor="var(--chart-1)" stopOpacity="0.22" />
        <stop offset="1" stopColor="var(--chart-1)" stopOpacity="0" />
      </linearGradient>
      <path d={`${line} L${WIDTH} ${height} L0 ${height} Z`} fill={`url(#${fill})`} />
      <path d={line} fill="none" stroke="var(--chart-1)" strokeWidth="1.5" vectorEffect="non-scaling-stroke" strokeLinejoin="round" />
    </svg>
  )
}
