import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { SourceHealth } from '@/api/types'
import { Card } from '@/ui/Card'
import { ButtonLink } from '@/ui/ButtonLink'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { Num } from '@/ui/Num'
import { Tag, type Tone } from '@/ui/Tag'

import { FirstEvent } from '../sources/FirstEvent'
import css from './Home.module.css'

export function SourcesCard({ sources }: { sources: readonly SourceHealth[] }) {
  const { t } = useTranslation()
  const silent = sources.every((source) => !source.last_event_at)
  return (
    <Card
      title={t('home.sources.title')}
      actions={
        <ButtonLink to="/sources" size="small" variant="ghost">
          {t('home.sources.all')}
        </ButtonLink>
      }
      flush
    >
      {silent ? (
        <EmptyState title={t('home.sources.empty')}>
          <p>{t('home.sources.emptyHint')}</p>
          <FirstEvent />
        </EmptyState>
      ) : (
        <SourcesTable sources={sources} />
      )}
    </Card>
  )
}

function SourcesTable({ sources }: { sources: readonly SourceHealth[] }) {
  const { t } = useTranslation()
  return (
    <div className={css.scroll} tabIndex={0} role="group" aria-label={t('home.sources.title')}>
      <table className={css.sources}>
        <thead>
          <tr>
            <th scope="col">{t('home.sources.name')}</th>
            <th scope="col">{t('home.sources.state')}</th>
            <th scope="col">{t('home.sources.lastEvent')}</th>
            <th scope="col" className={css.number}>
              {t('home.sources.events')}
            </th>
            <th scope="col" className={css.number}>
              {t('home.sources.quarantined')}
            </th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <tr key={source.id}>
              <td>
                <Link to="/sources" search={{ open: source.slug }}>
                  {source.name}
                </Link>
                {source.brand && <span className={css.brand}>{source.brand}</span>}
              </td>
              <td>
                <State source={source} />
              </td>
              <td>
                <DateTime at={source.last_event_at} />
              </td>
              <td className={css.number}>
                <Num value={source.events_24h} />
              </td>
              <td className={css.number}>
                <Num value={source.quarantined_24h} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

type State = 'flowing' | 'errors' | 'quiet' | 'never'

const TONES: Record<State, Tone> = { flowing: 'good', errors: 'warn', quiet: 'neutral', never: 'neutral' }

function State({ source }: { source: SourceHealth }) {
  const { t } = useTranslation()
  const state = stateOf(source, Date.now())
  return (
    <Tag tone={TONES[state]} dot>
      {t(`home.sources.${state}`)}
    </Tag>
  )
}

const FLOWS_WITHIN_MS = 3_600_000
const ERRORS_FROM = 0.01

/** `errors` from one percent quarantined in a day on. */
export function stateOf(source: SourceHealth, now: number): State {
  if (!source.last_event_at) return 'never'
  const all = source.events_24h + source.quarantined_24h
  if (all > 0 && source.quarantined_24h / all >= ERRORS_FROM) return 'errors'
  return now - new Date(source.last_event_at).getTime() <= FLOWS_WITHIN_MS ? 'flowing' : 'quiet'
}
