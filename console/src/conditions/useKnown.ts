import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { computedTraitsQuery, segmentsQuery } from '@/api/audiences'
import { catalogueQuery, eventQuery, type EventProperty } from '@/api/catalogue'
import { useFormat } from '@/ui/useFormat'

import { FIELDS, innerPaths, longPath, shortPath, valuesAt } from './paths'
import type { Choice } from './tokens'

const DAYS = 30
const IDENTIFIERS = ['email', 'user_id', 'anonymous_id', 'phone', 'device_id', 'external_id']
const CONSENTS = ['email_marketing', 'sms_marketing', 'phone', 'push', 'advertising', 'analytics']

/** Names of events of a type, the most frequent first. */
export function useEventNames(type = 'track'): Choice[] {
  const { t } = useTranslation()
  const format = useFormat()
  const { data } = useQuery(catalogueQuery)
  return useMemo(() => {
    const kinds = (data?.items ?? []).filter((kind) => kind.type === type && kind.event).toSorted((one, other) => other.count - one.count)
    const named = kinds.map(({ event, count }) => ({ value: event!, label: event!, detail: format.compact(count) }))
    return [...named, { value: '*', label: '*', detail: t('conditions.anyEvent') }]
  }, [data, type, format, t])
}

/** What events of these names carry: paths as people see them, and values seen under one. */
export function useProperties(names: string | string[], type = 'track') {
  const { data } = useQuery(catalogueQuery)
  const kinds = data?.items ?? []
  const wanted = (Array.isArray(names) ? names : [names]).filter((name) => kinds.some((kind) => kind.type === type && kind.event === name))
  const properties: EventProperty[] = useQueries({
    queries: wanted.map((name) => ({ ...eventQuery(type, name, DAYS), staleTime: 300_000 })),
    combine: (found) => found.flatMap((each) => each.data?.properties ?? []),
  })
  return useMemo(() => {
    const paths = [...new Set(properties.flatMap(({ name, examples }) => innerPaths(name, examples)))]
    const own = paths.map((path) => ({ value: path, label: shortPath(longPath(path)) }))
    return {
      paths: [...own, ...FIELDS.filter((field) => field !== 'event').map((field) => ({ value: field, label: field }))],
      values: (path: string): Choice[] => valuesAt(path, properties).map((value) => ({ value, label: value })),
    }
  }, [properties])
}

/** Traits that people have, computed ones first, and values seen of one. */
export function useTraits(type: 'identify' | 'group' = 'identify') {
  const { t } = useTranslation()
  const computed = useQuery(computedTraitsQuery).data?.items
  const described = useQuery({ ...eventQuery(type, '', DAYS), staleTime: 300_000, retry: false }).data?.properties
  return useMemo(() => {
    const own = type === 'identify' ? (computed ?? []).map(({ key }) => ({ value: key, label: key, detail: t('conditions.computed') })) : []
    const others = (described ?? []).flatMap(({ name, examples }) => innerPaths(name, examples)).map((path) => ({ value: path, label: path }))
    return {
      names: [...own, ...others],
      values: (path: string): Choice[] => valuesAt(path, described ?? []).map((value) => ({ value, label: value })),
    }
  }, [computed, described, type, t])
}

/** Segments that a condition can look at; not the one that is edited. */
export function useSegments(of: string, without?: string): Choice[] {
  const format = useFormat()
  const { data } = useQuery(segmentsQuery)
  return useMemo(
    () =>
      (data?.items ?? [])
        .filter((segment) => segment.of === of && segment.key !== without)
        .map(({ key, name, count }) => ({ value: key, label: name, detail: format.compact(count) })),
    [data, of, without, format],
  )
}

export const IDENTIFIER_CHOICES: Choice[] = IDENTIFIERS.map((value) => ({ value, label: value }))
export const CONSENT_CHOICES: Choice[] = CONSENTS.map((value) => ({ value, label: value }))
