import { useTranslation } from 'react-i18next'

import type { Status } from '@/api/audiences'
import { Tag } from '@/ui/Tag'
import { useFormat } from '@/ui/useFormat'

import css from './Segments.module.css'

/** Live, or how far the history has been read. */
export function StatusTag({ status, progress }: { status: Status; progress: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (status === 'live') return <Tag tone="good" dot>{t('segments.status.live')}</Tag>
  if (status === 'retiring') return <Tag tone="warn" dot>{t('segments.status.retiring')}</Tag>
  return (
    <span className={css.progress}>
      <span className={css.track} role="progressbar" aria-label={t('segments.status.filling')} aria-valuenow={Math.round(progress * 100)} aria-valuemin={0} aria-valuemax={100}>
        <span className={css.done} style={{ inlineSize: `${progress * 100}%` }} />
      </span>
      <span className={css.percent}>{t('segments.status.progress', { share: format.percent(progress) })}</span>
    </span>
  )
}
