import { useFormat } from './useFormat'

interface Props {
  value: number | null | undefined
  compact?: boolean
}

/** A number in the reader's language; exact on hover when shortened. */
export function Num({ value, compact }: Props) {
  const format = useFormat()
  if (value === null || value === undefined) return <span aria-hidden>–</span>
  return (
    <span className="tnum" title={compact ? format.number(value) : undefined}>
      {compact ? format.compact(value) : format.number(value)}
    </span>
  )
}
