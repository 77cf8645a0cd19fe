import { useTranslation } from 'react-i18next'

import { Id } from '@/ui/Id'

import { kindOf, splitLabel } from './names'
import css from './Profile.module.css'

/** An identifier with its kind in words. */
export function Label({ of }: { of: string }) {
  const { t } = useTranslation()
  const { type, value } = splitLabel(of)
  return (
    <span className={css.label}>
      <span className={css.kind}>{kindOf(t, type)}</span>
      <Id>{value}</Id>
    </span>
  )
}
