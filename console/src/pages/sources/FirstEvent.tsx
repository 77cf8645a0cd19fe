import { useQuery } from '@tanstack/react-query'

import { sourcesQuery } from '@/api/queries'
import type { Source } from '@/api/types'
import { CodeBlock } from '@/ui/CodeBlock'
import { Skeleton } from '@/ui/Skeleton'

import { curl } from './snippets'

interface Props {
  /** The line to show; a track call when absent. */
  line?: (origin: string, key: string) => string
}

/** The exact line that sends an event to this server, with a key that works. */
export function FirstEvent({ line = curl }: Props) {
  const sources = useQuery(sourcesQuery).data?.items
  if (!sources) return <Skeleton height={76} />
  const key = workingKey(sources.find((source) => source.slug === 'default')) ?? sources.map(workingKey).find(Boolean)
  return key ? <CodeBlock label="curl" code={line(window.location.origin, key)} /> : null
}

export function workingKey(source: Source | undefined): string | undefined {
  return source?.write_keys.find((key) => key.works && !key.revoked_at)?.key ?? source?.write_keys.find((key) => key.works)?.key
}
