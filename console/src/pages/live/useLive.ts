import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'

import { queryString } from '@/api/client'
import { sessionQuery } from '@/api/queries'
import type { LiveEvent } from '@/api/types'

import { emptyFeed, recall, receive, resume, type Feed, type LiveRow } from './feed'

export type Connection = 'connecting' | 'connected' | 'lost'

interface Live {
  feed: Feed
  connection: Connection
  /** What happened before is known. */
  opened: boolean
}

interface Filter {
  q?: string
  source?: string
  type?: string
  status?: string
}

const FLUSH_MS = 250
const AGAIN_MS = 3000

/** Follows the event stream. What arrives is taken in four times a second, however much it is. */
export function useLive({ q, source, type, status }: Filter, paused: boolean): Live {
  const queries = useQueryClient()
  const [feed, setFeed] = useState<Feed>(() => emptyFeed(Date.now()))
  const [connection, setConnection] = useState<Connection>('connecting')
  const [opened, setOpened] = useState(false)
  const arrived = useRef<LiveRow[]>([])
  const skipped = useRef(0)
  const number = useRef(0)
  const pausedNow = useRef(paused)
  const flush = useCallback(() => {
    const batch = { rows: arrived.current, skipped: skipped.current }
    arrived.current = []
    skipped.current = 0
    setFeed((now) => receive(now, batch, pausedNow.current, Date.now()))
  }, [])

  useEffect(() => {
    pausedNow.current = paused
    if (!paused) setFeed(resume)
  }, [paused])

  useEffect(() => {
    setFeed(emptyFeed(Date.now()))
    setConnection('connecting')
    setOpened(false)
    let stream: EventSource
    let again: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      stream = new EventSource(`/api/v1/live${queryString({ q, source, type, status })}`)
      stream.onopen = () => setConnection('connected')
      stream.onerror = () => {
        setConnection('lost')
        // A browser tries again when the line broke, but not after an answer such as 503.
        if (stream.readyState !== EventSource.CLOSED) return
        again = setTimeout(open, AGAIN_MS)
        // Maybe because the session has ended: then this leads to signing in.
        void queries.invalidateQueries({ queryKey: sessionQuery.queryKey })
      }
      stream.addEventListener('past', (message: MessageEvent<string>) => {
        const past = (JSON.parse(message.data) as LiveEvent[]).map((event) => ({ ...event, key: `${number.current++}` }))
        setFeed((now) => recall(now, past, pausedNow.current))
        setOpened(true)
      })
      stream.addEventListener('event', (message: MessageEvent<string>) => {
        arrived.current.push({ ...(JSON.parse(message.data) as LiveEvent), key: `${number.current++}` })
      })
      stream.addEventListener('skipped', (message: MessageEvent<string>) => {
        skipped.current += (JSON.parse(message.data) as { skipped: number }).skipped
      })
    }
    open()
    const timer = setInterval(flush, FLUSH_MS)
    return () => {
      stream.close()
      clearTimeout(again)
      clearInterval(timer)
      arrived.current = []
    }
  }, [q, source, type, status, flush, queries])

  return { feed, connection, opened }
}
