import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { api } from './client'
import type { Account, AccountSummary, ApiKey, Changes, List, Overview, Session, Source, SqlTable, Trace } from './types'

const SECOND = 1000

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const session = await api.get<Session>('/session', undefined, signal)
    api.useCsrf(session.csrf)
    return session
  },
  staleTime: Infinity,
  retry: false,
})

export const overviewQuery = (minutes = 60) =>
  queryOptions({
    queryKey: ['overview', minutes],
    queryFn: ({ signal }) => api.get<Overview>('/overview', { minutes }, signal),
    refetchInterval: 5 * SECOND,
  })

export const changesQuery = queryOptions({
  queryKey: ['overview', 'changes'],
  queryFn: ({ signal }) => api.get<Changes>('/overview/changes', undefined, signal),
  staleTime: 60 * SECOND,
  refetchInterval: 60 * SECOND,
})

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: ({ signal }) => api.get<List<Source>>('/sources', undefined, signal),
  staleTime: 30 * SECOND,
})

export const traceQuery = (messageId: string) =>
  queryOptions({
    queryKey: ['trace', messageId],
    queryFn: ({ signal }) => api.get<Trace>(`/trace/${encodeURIComponent(messageId)}`, undefined, signal),
    retry: false,
  })

export const schemaQuery = queryOptions({
  queryKey: ['sql', 'schema'],
  queryFn: ({ signal }) => api.get<List<SqlTable>>('/sql/schema', undefined, signal),
  staleTime: 60 * SECOND,
})

export const apiKeysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => api.get<List<ApiKey>>('/keys', undefined, signal),
})

export const accountsQuery = (q: string) =>
  listQuery<AccountSummary>(['accounts', q], '/accounts', { q, limit: 100 })

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: ['account', id],
    queryFn: ({ signal }) => api.get<Account>(`/accounts/${encodeURIComponent(id)}`, undefined, signal),
  })

/** A list with a cursor, page by page. Read the rows with `rowsOf(query.data)`. */
export function listQuery<T, L extends List<T> = List<T>>(key: readonly unknown[], path: string, query: Record<string, string | number | boolean | undefined>) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => api.get<L>(path, { ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: L) => page.next ?? undefined,
  })
}

export function rowsOf<T>(data: { pages: List<T>[] } | undefined): T[] {
  return data?.pages.flatMap((page) => page.items) ?? []
}
