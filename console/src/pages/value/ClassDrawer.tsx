import { useInfiniteQuery } from '@tanstack/react-query'
import { Target } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { rowsOf } from '@/api/queries'
import { classPeopleQuery, type ClassName, type ValueClass } from '@/api/value'
import { Button } from '@/ui/Button'
import { Facts } from '@/ui/Card'
import { Drawer } from '@/ui/Drawer'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { LoadMore } from '@/ui/LoadMore'
import { PersonLine } from '@/ui/PersonLine'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import { MakeSegment } from './MakeSegment'
import { useMoney } from './money'
import css from './Value.module.css'

interface Props {
  name: ClassName
  of: ValueClass | undefined
  currency: string | null
  onClose: () => void
}

/** Who is in a class; and a segment of them that stays current. */
export function ClassDrawer({ name, of, currency, onClose }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const money = useMoney(currency)
  const [making, setMaking] = useState(false)
  const found = useInfiniteQuery(classPeopleQuery(name))
  const people = rowsOf(found.data)
  const title = t(`value.class.${name}.name`)
  return (
    <Drawer
      open
      onClose={onClose}
      title={title}
      actions={
        <Button needs="write" variant="primary" icon={Target} onPress={() => setMaking(true)}>
          {t('value.segment.make')}
        </Button>
      }
    >
      <p>{t(`value.class.${name}.meaning`)}</p>
      <p className={css.advice}>{t(`value.class.${name}.advice`)}</p>
      {of && (
        <Facts
          items={[
            [t('value.classes.people'), `${format.number(of.people)} · ${format.percent(of.share)}`],
            [t('value.classes.revenue'), money.full(of.revenue)],
            [t('value.classes.orders'), format.number(of.orders)],
          ]}
        />
      )}
      {found.error && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Skeleton lines={8} />}
      {found.data && people.length === 0 && <EmptyState title={t('value.classes.nobody')} />}
      {people.length > 0 && (
        <ul aria-label={title}>
          {people.map((person) => (
            <PersonLine key={person.id} person={person} />
          ))}
        </ul>
      )}
      {found.hasNextPage && <LoadMore onMore={() => void found.fetchNextPage()} loading={found.isFetchingNextPage} />}
      {making && (
        <MakeSegment
          proposed={title}
          description={t(`value.class.${name}.meaning`)}
          model="rfm"
          output="rfm_class"
          when={(trait) => ({ trait, op: 'eq', value: name })}
          onClose={() => setMaking(false)}
        />
      )}
    </Drawer>
  )
}
