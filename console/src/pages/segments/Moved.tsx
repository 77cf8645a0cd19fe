import { useTranslation } from 'react-i18next'

import { useFormat } from '@/ui/useFormat'

import css from './Segments.module.css'

/** "+12 −3": who entered and who left; in words for those who do not see it. */
export function Moved({ entered, left }: { entered: number; left: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (entered === 0 && left === 0) return <span className={css.quiet}>–</span>
  const words = t('segments.moved', { entered: format.number(entered), left: format.number(left) })
  return (
    <span className={css.moved} title={words}>
      <span className="hidden-visually">{words}</span>
      {entered > 0 && <span className={css.up} aria-hidden>{`+${format.number(entered)}`}</span>}
      {left > 0 && <span className={css.down} aria-hidden>{`−${format.number(left)}`}</span>}
    </span>
  )
}
