import type { DayOfChanges } from '@/api/audiences'

const DAY_MS = 86_400_000

/** How many were in at the end of each of the last `days` days, oldest first, from the present count backwards. */
export function countOverTime(now: number, changes: readonly DayOfChanges[], days: number, today: Date): number[] {
  const moved = new Map(changes.map(({ day, entered, left }) => [day, entered - left]))
  const counts = [now]
  for (let ago = 0; ago < days - 1; ago++) {
    const day = new Date(today.getTime() - ago * DAY_MS).toISOString().slice(0, 10)
    counts.unshift(Math.max(0, counts[0]! - (moved.get(day) ?? 0)))
  }
  return counts
}
