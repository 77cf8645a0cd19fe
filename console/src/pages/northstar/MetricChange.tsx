import type { MetricAnswer } from '@/api/northstar'
import { Change } from '@/ui/Figure'

import { useNumbers } from './numbers'

/** How a metric moved, as a share of what it was. */
export function MetricChange({ of: { change_share: share, change, unit } }: { of: Pick<MetricAnswer, 'change_share' | 'change' | 'unit'> }) {
  const numbers = useNumbers(unit)
  if (change === null) return null
  return (
    <Change by={change} title={numbers.change(change)}>
      {share === null ? numbers.change(change) : numbers.percentChange(share)}
    </Change>
  )
}
