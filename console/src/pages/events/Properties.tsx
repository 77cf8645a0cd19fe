import { useTranslation } from 'react-i18next'

import type { EventDetail, EventProperty } from '@/api/catalogue'
import { EmptyState } from '@/ui/EmptyState'
import { PlainTable, type PlainColumn } from '@/ui/PlainTable'
import { useFormat } from '@/ui/useFormat'

import css from './Events.module.css'

const LONGEST = 48

const WORDS: Record<string, 'text' | 'number' | 'boolean' | 'instant' | 'list' | 'object' | 'null'> = {
  VARCHAR: 'text',
  BIGINT: 'number',
  UBIGINT: 'number',
  DOUBLE: 'number',
  BOOLEAN: 'boolean',
  TIMESTAMP: 'instant',
  DATE: 'instant',
  ARRAY: 'list',
  OBJECT: 'object',
  NULL: 'null',
}

/** What events of this kind carry: of which type, how often filled, for example. */
export function Properties({ detail }: { detail: EventDetail }) {
  const { t } = useTranslation()
  const columns: PlainColumn<EventProperty>[] = [
    { id: 'name', label: t('events.property'), render: (one) => <bdi>{one.name}</bdi> },
    { id: 'types', label: t('live.type'), render: (one) => <Types types={one.types} /> },
    { id: 'filled', label: t('events.filled'), render: (one) => <Filled share={detail.count ? Math.min(one.filled / detail.count, 1) : 0} /> },
    { id: 'examples', label: t('events.examples'), render: (one) => <Examples values={one.examples} />, wideOnly: true },
  ]
  if (detail.properties.length === 0) return <EmptyState title={t('events.noProperties')} />
  return (
    <div className={css.flush}>
      <PlainTable label={t('events.properties')} columns={columns} rows={detail.properties} rowId={(one) => one.name} />
    </div>
  )
}

function Types({ types }: { types: readonly string[] }) {
  const { t } = useTranslation()
  const words = types.map((type) => (WORDS[type] ? t(`events.kind.${WORDS[type]}`) : type))
  return <>{[...new Set(words)].join(' | ')}</>
}

function Filled({ share }: { share: number }) {
  const format = useFormat()
  return (
    <span className={css.filled}>
      <span className={css.meter} aria-hidden>
        <span style={{ inlineSize: `${share * 100}%` }} />
      </span>
      {format.percent(share)}
    </span>
  )
}

function Examples({ values }: { values: readonly unknown[] }) {
  const texts = [...new Set(values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))))]
  return (
    <span className={css.examples}>
      {texts.map((text) => (
        <bdi key={text} title={text}>
          {text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text}
        </bdi>
      ))}
    </span>
  )
}
