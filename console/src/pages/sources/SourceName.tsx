import { useQuery } from '@tanstack/react-query'

import { sourcesQuery } from '@/api/queries'

/** What people call a source; its short name until that is known. */
export function SourceName({ slug }: { slug: string }) {
  const sources = useQuery(sourcesQuery).data?.items
  return <bdi title={slug}>{sources?.find((source) => source.slug === slug)?.name ?? slug}</bdi>
}
