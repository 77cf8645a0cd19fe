import { useQuery } from '@tanstack/react-query'
import { Star } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { KINDS, type DashboardCard } from '@/api/insights'
import { everySavedQuery, isNorthStar } from '@/api/northstar'
import { Button } from '@/ui/Button'
import { ButtonLink } from '@/ui/ButtonLink'
import { Dialog } from '@/ui/Dialog'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import { KIND_ICONS } from '../insights/kinds'
import { NEW_CARD } from './board'
import css from './Dashboards.module.css'

interface Props {
  onClose: () => void
  onAdd: (cards: DashboardCard[]) => void
}

/** Which kept questions come onto the board. */
export function AddCards({ onClose, onAdd }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const { data, error } = useQuery(everySavedQuery)
  const drawn = data?.items.filter((each) => isNorthStar(each) || KINDS.includes(each.kind))
  const [chosen, setChosen] = useState<readonly string[]>([])
  const toggle = (key: string) => setChosen((now) => (now.includes(key) ? now.filter((each) => each !== key) : [...now, key]))
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('dashboards.addTitle')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button variant="primary" isDisabled={!chosen.length} onPress={() => onAdd(chosen.map((insight) => ({ insight, ...NEW_CARD })))}>
            {t('dashboards.addCount', { count: chosen.length, formatted: format.number(chosen.length) })}
          </Button>
        </>
      }
    >
      {error && <ErrorState error={error} />}
      {!data && !error && <Skeleton lines={4} />}
      {drawn?.length === 0 && (
        <EmptyState title={t('insights.saved.none')} action={<ButtonLink to="/insights">{t('dashboards.ask')}</ButtonLink>}>
          {t('dashboards.askHint')}
        </EmptyState>
      )}
      {drawn?.map(({ key, name, kind }) => {
        const Icon = kind === 'north_star' ? Star : KIND_ICONS[kind]
        return (
          <label key={key} className={css.pick}>
            <input type="checkbox" checked={chosen.includes(key)} onChange={() => toggle(key)} />
            <Icon size={15} aria-hidden />
            <bdi>{name}</bdi>
            <span className={css.quiet}>{t(kind === 'north_star' ? 'northstar.title' : `insights.kind.${kind}`)}</span>
          </label>
        )
      })}
    </Dialog>
  )
}
