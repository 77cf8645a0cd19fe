import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import { everySavedQuery, northStarQuery, northStarsOf, type NorthStarQuestion, type NorthStarTold, type SavedNorthStar } from '@/api/northstar'
import { useRested } from '@/ui/useRested'

import { askable, fromText, isReady, toText } from './star'

const route = getRouteApi('/shell/north-star')
const REST_MS = 300

export interface Star {
  /** What there is to choose from; undefined while it is loaded. */
  list: SavedNorthStar[] | undefined
  listError: Error | null
  saved: SavedNorthStar | undefined
  /** The saved one, or as it is being changed. */
  question: NorthStarQuestion | undefined
  change: (question: NorthStarQuestion) => void
  told: NorthStarTold | undefined
  asking: boolean
  error: Error | null
  retry: () => void
}

/** The north star in the address, else the first one that is saved; and its answer. */
export function useStar(): Star {
  const { key, q, at } = route.useSearch()
  const navigate = route.useNavigate()
  const kept = useQuery(everySavedQuery)
  const list = useMemo(() => northStarsOf(kept.data), [kept.data])
  const saved = key ? list?.find((each) => each.key === key) : q ? undefined : list?.[0]
  const draft = useMemo(() => fromText(q), [q])
  const question = draft ?? saved?.question
  const change = useCallback((next: NorthStarQuestion) => void navigate({ search: (old) => ({ ...old, q: toText(next), at: undefined, metric: undefined, cell: undefined, who: undefined }), replace: true }), [navigate])
  const asked = useMemo(() => (question && isReady(question) ? askable(question, at) : undefined), [question, at])
  const rested = useRested(asked, REST_MS)
  const { data, error, isFetching, refetch } = useQuery({ ...northStarQuery(rested ?? NOTHING), enabled: rested !== undefined })
  return { list, listError: kept.error, saved, question, change, told: rested && data, asking: isFetching || asked !== rested, error, retry: () => void refetch() }
}

const NOTHING: NorthStarQuestion = { kind: 'north_star', metric: { name: '', series: [] } }
