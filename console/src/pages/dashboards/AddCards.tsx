import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { savedInsightsQuery, type DashboardCard } from '@/api/insights'
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
  const { data, error } = useQuery(savedInsightsQuery)
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
      {data?.items.length === 0 && (
        <EmptyState title={t('insights.saved.none')} action={<ButtonLink to="/insights">{t('dashboards.ask')}</ButtonLink>}>
          {t('dashboards.askHint')}
        </EmptyState>
      )}
      {data?.items.map(({ key, name, kind }) => {
        const Icon = KIND_ICONS[kind]
        return (
          <label key={key} className={css.pick}>
            <input type="checkbox" checked={chosen.includes(key)} onChange={() => toggle(key)} />
            <Icon size={15} aria-hidden />
            <bdi>{name}</bdi>
            <span className={css.quiet}>{t(`insights.kind.${kind}`)}</span>
          </label>
        )
      })}
    </Dialog>
  )
}
