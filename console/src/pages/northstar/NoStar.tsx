import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { catalogueQuery } from '@/api/catalogue'
import type { NorthStarQuestion } from '@/api/northstar'
import { Button } from '@/ui/Button'
import { Skeleton } from '@/ui/Skeleton'

import { usePaths } from '../insights/editor/useCatalogue'
import css from './NorthStar.module.css'
import { templates } from './star'

const MAIN = ['Order Completed', 'Purchase', 'Subscription Started', 'Signed Up']
const AMOUNTS = ['properties.revenue', 'properties.total', 'properties.value', 'properties.amount']
const FREQUENT = 3

/** Where one can begin, out of the events that there are. */
export function NoStar({ first, onBegin }: { first: boolean; onBegin: (question: NorthStarQuestion) => void }) {
  const { t } = useTranslation()
  const kinds = useQuery(catalogueQuery)
  const tracks = (kinds.data?.items ?? []).filter(({ type, event }) => type === 'track' && event).toSorted((a, b) => b.count - a.count)
  const names = tracks.map(({ event }) => event ?? '')
  const main = MAIN.find((name) => names.includes(name)) ?? names[0]
  const paths = usePaths(main ? [{ event: main }] : [])
  if (kinds.isPending) return <Skeleton height={320} />
  const amount = AMOUNTS.find((path) => paths.some(({ value, numeric }) => value === path && numeric))
  const words = {
    revenue: t('northstar.none.revenue.name'),
    buyers: t('northstar.metric.buyers'),
    ordersEach: t('northstar.metric.ordersEach'),
    orderValue: t('northstar.metric.orderValue'),
    people: (event: string) => t('northstar.metric.people', { event }),
    often: t('northstar.metric.often'),
    active: t('northstar.none.active.name'),
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <>
      <div className={css.none}>
        <h2>{t(first ? 'northstar.none.title' : 'northstar.create')}</h2>
        <p>{t('northstar.none.body')}</p>
      </div>
      <ul className={css.templates}>
        {templates(main, amount, names.slice(0, FREQUENT), words, zone).map(({ id, name, question }) => (
          <li key={id} className={css.template}>
            <h3>
              <bdi>{name}</bdi>
            </h3>
            <p>{t(`northstar.none.${id}.about`)}</p>
            <Button needs="write" icon={Plus} onPress={() => onBegin(question)}>
              {t('northstar.none.start')}
              <span className="hidden-visually"> {name}</span>
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}
