import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo, useRef, useState } from 'react'

import { catalogueQuery } from '@/api/catalogue'
import { api } from '@/api/client'
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
  /** The name of the question while it is being answered. */
  run: string | undefined
  cancel: () => void
  /** It was cancelled before it was answered. */
  cancelled: boolean
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

function useAnswer(question: Question | undefined): Omit<Explorer, 'question' | 'change' | 'saved' | 'changed'> {
  const client = useQueryClient()
  const asked = useMemo(() => (question && isReady(question) ? askable(question) : undefined), [question])
  const rested = useRested(asked, REST_MS)
  const [run, setRun] = useState<string>()
  const [dropped, setDropped] = useState<Question>()
  const cancelled = rested !== undefined && dropped === rested
  const answer = answerQuery(rested ?? NOTHING, setRun)
  const { data, error, isFetching, refetch } = useQuery({ ...answer, enabled: rested !== undefined && !cancelled, placeholderData: keepPreviousData })
  const cancel = useCallback(() => {
    setDropped(rested)
    // Said in words too: not every proxy passes on that the reader is gone. It may be answered by now.
    if (run) api.delete(`/insights/running/${run}`).catch(() => undefined)
    void client.cancelQueries({ queryKey: answer.queryKey })
    // The key is made of the question.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, rested, run])
  const last = useRef<Answered | undefined>(undefined)
  if (data) last.current = data
  const retry = () => (cancelled ? setDropped(undefined) : void refetch())
  return { told: data ?? last.current, asking: isFetching || asked !== rested, error, retry, run: isFetching ? run : undefined, cancel, cancelled }
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
