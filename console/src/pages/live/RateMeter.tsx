import { useTranslation } from 'react-i18next'

import { Tag } from '@/ui/Tag'
import { useFormat } from '@/ui/useFormat'

import { perSecond, type Feed } from './feed'
import css from './Live.module.css'
import type { Connection } from './useLive'

interface Props {
  feed: Feed
  connection: Connection
  paused: boolean
}

const TONES = { connected: 'good', connecting: 'neutral', lost: 'bad' } as const

export function RateMeter({ feed, connection, paused }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const top = Math.max(...feed.rate, 1)
  return (
    <div className={css.meter}>
      <span className={css.bars} role="img" aria-label={t('live.rateChart')}>
        {feed.rate.map((count, index) => (
          <span key={index} style={{ blockSize: `${Math.max((count / top) * 100, 4)}%` }} />
        ))}
      </span>
      <span className={css.rate}>{t('live.rate', { rate: format.number(Math.round(perSecond(feed) * 10) / 10) })}</span>
      <span aria-live="polite">
        {paused && connection === 'connected' ? (
          <Tag tone="warn" dot>
            {t('live.pausedOn', { count: feed.waiting.length })}
          </Tag>
        ) : (
          <Tag tone={TONES[connection]} dot>
            {t(`live.${connection}`)}
          </Tag>
        )}
      </span>
    </div>
  )
}
