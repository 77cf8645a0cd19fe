import type { SourceVolume } from '@/api/catalogue'

/** So many sources are told apart; the others are one. */
const SHOWN = 5

export interface Part {
  source: string
  /** In the days that are shown. */
  recent: number
  volume: SourceVolume['volume']
}

/** The sources that sent most in these days, the others as one; who sent nothing is left out. */
export function gathered(volumes: readonly SourceVolume[], others: string): Part[] {
  const parts = volumes
    .map(({ source, volume }) => ({ source, volume, recent: sum(volume) }))
    .filter(({ recent }) => recent > 0)
    .toSorted((a, b) => b.recent - a.recent)
  if (parts.length === 0) return volumes.slice(0, 1).map(({ source, volume }) => ({ source, volume, recent: 0 }))
  if (parts.length <= SHOWN + 1) return parts
  const rest = parts.slice(SHOWN)
  const volume = rest[0]!.volume.map(({ day }, index) => ({ day, count: rest.reduce((all, part) => all + (part.volume[index]?.count ?? 0), 0) }))
  return [...parts.slice(0, SHOWN), { source: others, volume, recent: sum(volume) }]
}

/** Day by day, oldest first: how many of each part, and of all. */
export function perDay(parts: readonly Part[]): { day: string; counts: number[]; total: number }[] {
  return (parts[0]?.volume ?? []).map(({ day }, index) => {
    const counts = parts.map((part) => part.volume[index]?.count ?? 0)
    return { day, counts, total: counts.reduce((all, count) => all + count, 0) }
  })
}

function sum(volume: SourceVolume['volume']): number {
  return volume.reduce((all, { count }) => all + count, 0)
}
