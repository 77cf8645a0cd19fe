import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { Edit, Version } from '@/api/audiences'
import { DateTime } from '@/ui/DateTime'
import { Tag } from '@/ui/Tag'
import { useFormat } from '@/ui/useFormat'

import css from './Segments.module.css'

type Told = Pick<Version, 'version' | 'status' | 'by' | 'reason' | 'at' | 'edits'>

interface Props<V extends Told> {
  label: string
  versions: readonly V[]
  /** What a version is that changed nothing: the first one. */
  whole: (version: V) => ReactNode
  action?: (version: V) => ReactNode
}

/** Versions, the latest first: who wrote each, when, why, and what it changed. */
export function VersionList<V extends Told>({ label, versions, whole, action }: Props<V>) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <ol className={css.changes} aria-label={label}>
      {versions.map((version) => (
        <li key={version.version} className={css.written}>
          <div className={css.writtenHead}>
            <span className={css.strong}>{t('segments.versions.number', { number: format.number(version.version) })}</span>
            {version.status === 'live' && <Tag tone="good">{t('segments.versions.inForce')}</Tag>}
            <span className={css.when}>
              <DateTime at={version.at} as="full" /> · <bdi>{version.by}</bdi>
            </span>
            <span className={css.writtenEnd}>{action?.(version)}</span>
          </div>
          {version.reason && <p>{version.reason}</p>}
          {version.edits.length === 0 ? <p className={css.quiet}>{whole(version)}</p> : <Edits edits={version.edits} />}
        </li>
      ))}
    </ol>
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
