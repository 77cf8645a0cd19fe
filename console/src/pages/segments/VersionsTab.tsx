import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { segmentVersionsQuery, type Edit, type Segment, type Version } from '@/api/audiences'
import { useVoice } from '@/conditions/useVoice'
import { sentence } from '@/conditions/words'
import { DateTime } from '@/ui/DateTime'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { Tag } from '@/ui/Tag'
import { useFormat } from '@/ui/useFormat'

import css from './Segments.module.css'

/** Every version of the segment, the latest first: who wrote it, when, why, and what it changed. */
export function VersionsTab({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(segmentVersionsQuery(segment.key, segment.version))
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={240} />
  return (
    <ol className={css.changes} aria-label={t('segments.tab.versions')}>
      {data.items.map((version) => (
        <One key={version.version} version={version} />
      ))}
    </ol>
  )
}

function One({ version }: { version: Version }) {
  const { t } = useTranslation()
  const format = useFormat()
  const voice = useVoice()
  const { when } = version.definition
  return (
    <li className={css.written}>
      <div className={css.writtenHead}>
        <span className={css.strong}>{t('segments.versions.number', { number: format.number(version.version) })}</span>
        {version.status === 'live' && <Tag tone="good">{t('segments.versions.inForce')}</Tag>}
        <span className={css.when}>
          <DateTime at={version.at} as="full" /> · <bdi>{version.by}</bdi>
        </span>
      </div>
      {version.reason && <p>{version.reason}</p>}
      {version.edits.length === 0 ? <p className={css.quiet}>{sentence(voice, when)}</p> : <Edits edits={version.edits} />}
    </li>
  )
}

function Edits({ edits }: { edits: readonly Edit[] }) {
  const { t } = useTranslation()
  return (
    <ul className={css.edits}>
      {edits.map(({ at, before, after }) => (
        <li key={at}>
          <code>{at}</code>
          <span className="hidden-visually">
            {t('segments.versions.before', { value: shown(before) })}; {t('segments.versions.after', { value: shown(after) })}
          </span>
          <del aria-hidden>
            <bdi>{shown(before)}</bdi>
          </del>
          <ins aria-hidden>
            <bdi>{shown(after)}</bdi>
          </ins>
        </li>
      ))}
    </ul>
  )
}

/** As files have it; nothing is a dash. */
function shown(value: unknown): string {
  if (value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
