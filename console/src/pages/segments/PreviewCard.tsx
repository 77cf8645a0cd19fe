import { keepPreviousData, useQuery, type UseQueryOptions } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { useErrorWords } from '@/api/useErrorWords'
import { nodeError, type NodeError } from '@/conditions/errors'
import { Card } from '@/ui/Card'
import { Skeleton } from '@/ui/Skeleton'
import { useRested } from '@/ui/useRested'

import css from './Segments.module.css'

const REST_MS = 400

export interface Previewed<T> {
  data: T | undefined
  error: Error | null
  unfinished: boolean
  /** Somebody writes, or the server looks. */
  moving: boolean
  refused: NodeError | undefined
}

/** What the server says about a draft once it rests: what there would be, or what is wrong and where. */
export function usePreviewed<D, T>(draft: D, isUnfinished: (draft: D) => boolean, ask: (draft: D) => UseQueryOptions<T, Error, T, unknown[]>): Previewed<T> {
  const settled = useRested(draft, REST_MS)
  const unfinished = isUnfinished(settled)
  const query = useQuery<T, Error, T, unknown[]>({ ...ask(settled), enabled: !unfinished, placeholderData: keepPreviousData as never })
  const moving = settled !== draft || query.isFetching
  const refused = query.error && !moving && !unfinished ? nodeError(query.error) : undefined
  return { data: unfinished ? undefined : query.data, error: unfinished ? null : query.error, unfinished, moving, refused }
}

interface Props<T> {
  title: string
  preview: Previewed<T>
  /** Where it is said what is wrong with a part of the draft. */
  refused: string
  children: (data: T) => ReactNode
}

/** The answer beside what one writes. */
export function PreviewCard<T>({ title, preview, refused, children }: Props<T>) {
  const { t } = useTranslation()
  const { data, error, unfinished, moving } = preview
  return (
    <Card title={title}>
      <div className={css.preview} aria-busy={moving} data-moving={moving || undefined}>
        {unfinished && <p className={css.quiet}>{t('segments.preview.unfinished')}</p>}
        {!unfinished && error && (preview.refused ? <p className={css.quiet}>{refused}</p> : <Wrong error={error} />)}
        {!unfinished && !error && data === undefined && <Skeleton lines={4} />}
        {data !== undefined && !error && children(data)}
      </div>
    </Card>
  )
}

function Wrong({ error }: { error: unknown }) {
  const { message, hint } = useErrorWords()(error)
  return (
    <p role="alert">
      {message} <span className={css.quiet}>{hint}</span>
    </p>
  )
}
