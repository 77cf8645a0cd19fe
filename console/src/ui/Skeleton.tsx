import { useTranslation } from 'react-i18next'

import css from './Skeleton.module.css'

interface Props {
  /** Lines of text that will come. */
  lines?: number
  /** A block of this height in px instead of lines. */
  height?: number
}

/** Holds the place of what is loading, in its size. */
export function Skeleton({ lines = 3, height }: Props) {
  const { t } = useTranslation()
  const bars = height ? [height] : Array.from({ length: lines }, () => 12)
  return (
    <div className={css.stack} role="status" data-skeleton>
      <span className="hidden-visually">{t('ui.loading')}</span>
      {bars.map((size, index) => (
        <span key={index} className={css.bar} style={{ blockSize: size, inlineSize: height ? '100%' : `${92 - ((index * 23) % 41)}%` }} />
      ))}
    </div>
  )
}
