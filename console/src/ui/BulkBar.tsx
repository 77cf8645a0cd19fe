import { X } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import css from './BulkBar.module.css'
import { IconButton } from './IconButton'

interface Props {
  /** "12 people chosen". */
  children: ReactNode
  actions: ReactNode
  onClear: () => void
}

/** What can be done with the chosen rows; Escape lets them go. */
export function BulkBar({ children, actions, onClear }: Props) {
  const { t } = useTranslation()
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement
      if (event.key === 'Escape' && !target.closest('[role="menu"], [role="dialog"], input')) onClear()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onClear])
  return (
    <div className={css.bar} role="region" aria-label={t('ui.chosen')}>
      <span role="status">{children}</span>
      <span className={css.actions}>{actions}</span>
      <IconButton icon={X} size="small" label={t('ui.letGo')} onPress={onClear} />
    </div>
  )
}
