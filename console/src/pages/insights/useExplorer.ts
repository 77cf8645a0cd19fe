import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo, useRef } from 'react'

import { catalogueQuery } from '@/api/catalogue'
import { answerQuery, savedInsightsQuery, type Answered, type Cell, type EventPick, type Question, type SavedInsight } from '@/api/insights'
import { useRested } from '@/ui/useRested'

import { ANYTHING, askable, fromText, isReady, newQuestion, toText } from './question'

const route = getRouteApi('/shell/insights')
const REST_MS = 250

export interface Explorer {
  question: Question
  change: (question: Question) => void
  /** The kept question that is open, and whether it was changed since. */
  saved: SavedInsight | undefined
  changed: boolean
  /** The last answer, also while the next one is computed. */
  told: Answered | undefined
  asking: boolean
  error: Error | null
  retry: () => void
}

/** The question in the address, and its answer. */
export function useExplorer(): Explorer | undefined {
  const { q, saved: key } = route.useSearch()
  const navigate = route.useNavigate()
  const kept = useQuery({ ...savedInsightsQuery, enabled: Boolean(key) })
  const first = useFirstQuestion()
  const saved = key ? kept.data?.items.find((each) => each.key === key) : undefined
  const waits = (key && !q && kept.isPending) || (!q && !saved && !first)
  const text = q ?? (saved ? toText(saved.question) : first ? toText(first) : '')
  const question = useMemo(() => fromText(text) ?? first, [text, first])
  const change = useCallback(
    (next: Question) => void navigate({ search: (old) => ({ ...old, q: toText(next), cell: undefined, who: undefined }), replace: true }),
    [navigate],
  )
  const answered = useAnswer(question)
  if (waits || !question) return undefined
  return { question, change, saved, changed: Boolean(saved && q && toText(saved.question) !== q), ...answered }
}

function useAnswer(question: Question | undefined): Pick<Explorer, 'told' | 'asking' | 'error' | 'retry'> {
  const asked = useMemo(() => (question && isReady(question) ? askable(question) : undefined), [question])
  const rested = useRested(asked, REST_MS)
  const { data, error, isFetching, refetch } = useQuery({
    ...answerQuery(rested ?? NOTHING),
    enabled: rested !== undefined,
    placeholderData: keepPreviousData,
  })
  const last = useRef<Answered | undefined>(undefined)
  if (data) last.current = data
  return { told: data ?? last.current, asking: isFetching || asked !== rested, error, retry: () => void refetch() }
}

const NOTHING: Question = { kind: 'active' }

/** Where a visit without a question begins: how often the event happens that the shop is about. */
function useFirstQuestion(): Question | undefined {
  const { data, error } = useQuery(catalogueQuery)
  return useMemo(() => {
    if (!data && !error) return undefined
    return newQuestion('trends', ownScope(), mainEvent(data?.items ?? []))
  }, [data, error])
}

export function ownScope() {
  return { from: '90d', timezone: Intl.DateTimeFormat().resolvedOptions().timeZone }
}

const MAIN = ['Order Completed', 'Purchase', 'Subscription Started', 'Signed Up']

function mainEvent(kinds: readonly { type: string; event: string | null; count: number }[]): EventPick {
  const tracks = kinds.filter(({ type, event }) => type === 'track' && event)
  const main = MAIN.find((name) => tracks.some(({ event }) => event === name))
  const most = tracks.toSorted((a, b) => b.count - a.count)[0]?.event
  return main || most ? { event: main ?? most ?? '*' } : ANYTHING
}

/** A number of an answer, as the address names it. */
export function cellOf(text: string | undefined): Cell | undefined {
  if (!text) return undefined
  try {
    const cell: unknown = JSON.parse(text)
    return typeof cell === 'object' && cell !== null && !Array.isArray(cell) ? (cell as Cell) : undefined
  } catch {
    return undefined
  }
}
