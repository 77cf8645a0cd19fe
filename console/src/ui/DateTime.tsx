import { useEffect, useState } from 'react'

import { useFormat } from './useFormat'

interface Props {
  at: string | null | undefined
  /** `ago` keeps itself current. */
  as?: 'ago' | 'full' | 'date' | 'time'
}

const TICK_MS = 20_000

/** An instant in the reader's zone; the exact one in UTC on hover. */
export function DateTime({ at, as = 'ago' }: Props) {
  const format = useFormat()
  useTick(as === 'ago' && Boolean(at))
  if (!at) return <span aria-hidden>–</span>
  const show = { ago: format.ago, full: format.dateTime, date: format.date, time: format.time }[as]
  const exact = as === 'ago' ? `${format.dateTime(at)} · ${format.utc(at)}` : format.utc(at)
  return (
    <time dateTime={at} title={exact} className="tnum">
      {show(at)}
    </time>
  )
}

function useTick(active: boolean): void {
  const [, setTick] = useState(0)
  useEffect(() => {
    if (!active) return
    const timer = setInterval(() => setTick((n) => n + 1), TICK_MS)
    return () => clearInterval(timer)
  }, [active])
}
