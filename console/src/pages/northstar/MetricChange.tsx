import { Change } from '@/ui/Figure'

import { useNumbers } from './numbers'

/** How a metric moved, as a share of what it was. */
export function MetricChange({ share, change }: { share: number | null; change: number | null }) {
  const numbers = useNumbers()
  if (change === null) return null
  return (
    <Change by={change} title={numbers.change(change)}>
      {share === null ? numbers.change(change) : numbers.percentChange(share)}
    </Change>
  )
}
