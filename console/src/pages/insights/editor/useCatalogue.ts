import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { catalogueQuery, eventQuery, type EventKind, type EventProperty } from '@/api/catalogue'
import type { EventPick } from '@/api/insights'
import { useFormat } from '@/ui/useFormat'

import type { Found } from './Finder'

/** What the store knows of events and their properties, for completion. */

const NAMED = new Set(['track', 'page', 'screen'])
const DAYS = 30

export function usePickOptions(): Found[] {
  const { t } = useTranslation()
  const format = useFormat()
  const kinds = useQuery(catalogueQuery).data?.items
  return useMemo(() => {
    const named = (kinds ?? []).filter(({ type, event }) => NAMED.has(type) && event)
    const track = (kind: EventKind) => Number(kind.type === 'track')
    return [
      { value: '*', label: t('insights.anyEvent') },
      ...named
        .toSorted((a, b) => track(b) - track(a) || b.count - a.count)
        .map(({ type, event, count }) => ({
          value: type === 'track' ? `track:${event}` : `${type}:${event}`,
          label: type === 'track' ? (event ?? '') : `${event} · ${t(`event.type.${type as 'page'}`)}`,
          detail: format.compact(count),
        })),
    ]
  }, [kinds, t, format])
}

export function pickValue({ event, type }: EventPick): string {
  if (Array.isArray(event)) return event.join(' / ')
  return event === '*' ? '*' : `${type ?? 'track'}:${event}`
}

/** The pick with another event; its filters stay. */
export function repicked<P extends EventPick>(pick: P, value: string): P {
  const { type: _type, label: _label, ...rest } = pick
  if (value === '*') return { ...rest, event: '*' } as P
  const [, type = 'track', name = value] = /^(track|page|screen):(.*)$/s.exec(value) ?? []
  return { ...rest, event: name, ...(type === 'track' ? {} : { type }) } as P
}

export interface Path extends Found {
  numeric: boolean
  examples: string[]
  /** Leads to several values an event: for filters only. */
  several: boolean
}

const FIXED = ['source', 'brand', 'region', 'channel', 'event', 'type'] as const
const NUMERIC = /INT|DOUBLE|DECIMAL|FLOAT/

/** Paths of what these events carry, the fullest first. */
export function usePaths(picks: readonly EventPick[]): Path[] {
  const { t } = useTranslation()
  const kinds = useQuery(catalogueQuery).data?.items
  const wanted = namedBy(picks, kinds)
  const details = useQueries({ queries: wanted.map(({ type, event }) => ({ ...eventQuery(type, event ?? '', DAYS), staleTime: 60_000 })) })
  const told = details.map(({ data }) => data?.properties ?? [])
  const key = told.map((each) => each.length).join()
  return useMemo(() => {
    const found = new Map<string, Path>()
    for (const property of told.flat()) for (const path of pathsOf(property)) if (!found.has(path.value)) found.set(path.value, path)
    const fixed = FIXED.map((path): Path => ({ value: path, label: path, detail: t('insights.edit.ofEvent'), numeric: false, examples: [], several: false }))
    return [...found.values(), ...fixed]
    // `told` is new on every drawing; what it holds changes only with its lengths.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, wanted.map(({ event }) => event).join(), t])
}

const MOST_KINDS = 6

function namedBy(picks: readonly EventPick[], kinds: readonly EventKind[] | undefined): EventKind[] {
  const names = new Set(picks.flatMap(({ event, type }) => [event].flat().map((name) => `${type ?? 'track'}:${name}`)))
  const any = picks.some(({ event }) => event === '*')
  return (kinds ?? []).filter(({ type, event }) => event && (any ? type === 'track' : names.has(`${type}:${event}`))).slice(0, MOST_KINDS)
}

function pathsOf({ name, types, examples }: EventProperty): Path[] {
  const inner = examples.flat().find((each) => typeof each === 'object' && each !== null)
  const value = `properties.${name}`
  if (inner) {
    const several = examples.some((each) => Array.isArray(each))
    return Object.keys(inner).map((key) => path(`${value}${several ? '[]' : ''}.${key}`, several, typeof (inner as never)[key] === 'number', inner, key))
  }
  const texts = [...new Set(examples.filter((each) => each !== null).map(String))]
  return [{ value, label: name, numeric: types.some((type) => NUMERIC.test(type)), examples: texts, several: false }]
}

function path(value: string, several: boolean, numeric: boolean, inner: object, key: string): Path {
  const example: unknown = (inner as Record<string, unknown>)[key]
  return { value, label: value.replace(/^properties\./, ''), numeric, examples: typeof example === 'object' ? [] : [String(example)], several }
}
