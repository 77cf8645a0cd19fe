import { Banknote, ChartLine, Filter, Grid3x3, Magnet, RefreshCw, Route, Split, UsersRound, type LucideIcon } from 'lucide-react'

import type { Kind } from '@/api/insights'

export const KIND_ICONS: Record<Kind, LucideIcon> = {
  trends: ChartLine,
  funnel: Filter,
  retention: Grid3x3,
  lifecycle: RefreshCw,
  stickiness: Magnet,
  active: UsersRound,
  paths: Route,
  revenue: Banknote,
  attribution: Split,
}

