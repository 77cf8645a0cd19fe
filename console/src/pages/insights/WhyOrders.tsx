import { useTranslation } from 'react-i18next'

import type { Why } from '@/api/insights'
import { DateTime } from '@/ui/DateTime'
import { useFormat } from '@/ui/useFormat'

import css from './Insights.module.css'

const SHOWN = 40

/** Her orders, and which of them count. */
export function WhyOrders({ orders, period }: { orders: NonNullable<Why['orders']>; period: (label: string) => string }) {
  const { t } = useTranslation()
  const format = useFormat()
  const counted = orders.filter((order) => order.period)
  return (
    <>
      <p className={css.verdict} data-no={counted.length === 0 || undefined}>
        {t('insights.why.orders', { count: counted.length })}
      </p>
      <ol className={css.events}>
        {orders.slice(-SHOWN).map(({ event, at, message_id, order, amount, period: inside }) => (
          <li key={message_id ?? at} className={css.event} data-counts={Boolean(inside) || undefined}>
            <span className={css.eventHead}>
              <bdi>{event || t('insights.why.unnamed')}</bdi>
              <DateTime at={at} as="full" />
            </span>
            <span className={css.quiet}>
              {order === null
                ? t('insights.why.noOrder')
                : [t('insights.why.nthOrder', { number: order }), format.number(amount ?? 0), inside ? period(inside) : t('insights.why.result.outside')].join(' · ')}
            </span>
          </li>
        ))}
      </ol>
    </>
  )
}
