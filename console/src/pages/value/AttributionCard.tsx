import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { RULES } from '@/api/insights'
import { attributionQuery, type Attribution } from '@/api/value'
import { Card } from '@/ui/Card'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { PlainTable } from '@/ui/PlainTable'
import { Select } from '@/ui/Select'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import { Bar } from './Bar'
import { useMoney } from './money'
import css from './Value.module.css'
import { useWords } from './words'

const route = getRouteApi('/shell/value')
const SPANS = ['30', '90', '365', 'all'] as const

/** Which channels brought the orders, by a rule that one chooses; each order is shared out exactly once. */
export function AttributionCard({ currency }: { currency: string | null }) {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const rule = RULES.find((each) => each === search.rule) ?? 'last'
  const span = SPANS.find((each) => each === search.span) ?? '90'
  const set = (change: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const { data, error, refetch } = useQuery(attributionQuery(rule, span === 'all' ? undefined : daysAgo(Number(span))))
  return (
    <Card
      flush
      title={t('value.attribution.title')}
      actions={
        <>
          <Select
            label={t('value.attribution.rule')}
            labelAt="inside"
            options={RULES.map((value) => ({ value, label: t(`value.rule.${value}.name`) }))}
            value={rule}
            onChange={(next) => set({ rule: next === 'last' ? undefined : next })}
          />
          <Select
            label={t('value.attribution.span')}
            labelAt="inside"
            options={SPANS.map((value) => ({ value, label: t(`value.span.${value}`) }))}
            value={span}
            onChange={(next) => set({ span: next === '90' ? undefined : next })}
          />
        </>
      }
    >
      <p className={css.cardLead}>{t(`value.rule.${rule}.meaning`)}</p>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <div className={css.pad}>
          <Skeleton height={220} />
        </div>
      )}
      {data && (data.orders === 0 ? <EmptyState title={t('value.attribution.none')} /> : <Channels told={data} currency={currency} />)}
      <p className={css.foot}>{t('value.attribution.note')}</p>
    </Card>
  )
}

function Channels({ told, currency }: { told: Attribution; currency: string | null }) {
  const { t } = useTranslation()
  const format = useFormat()
  const money = useMoney(currency)
  const words = useWords()
  const most = Math.max(...told.channels.map(({ revenue }) => revenue), 1)
  return (
    <PlainTable
      label={t('value.attribution.title')}
      rows={told.channels.filter(({ channel, orders }) => channel !== null || orders > 0)}
      rowId={({ channel }) => channel ?? ''}
      columns={[
        {
          id: 'channel',
          label: t('value.attribution.channel'),
          render: ({ channel }) => <span className={channel === null ? css.quiet : undefined}>{words.channel(channel)}</span>,
        },
        { id: 'orders', label: t('value.classes.orders'), align: 'end', render: ({ orders }) => format.number(Math.round(orders * 10) / 10) },
        { id: 'revenue', label: t('value.classes.revenue'), align: 'end', render: ({ revenue }) => <span title={money.full(revenue)}>{money.short(revenue)}</span> },
        {
          id: 'share',
          label: t('value.attribution.share'),
          render: ({ channel, revenue }) => (
            <span className={css.line}>
              <Bar share={revenue / most} look={channel === null ? 'rest' : undefined} />
              <span className={css.percent}>{format.percent(told.revenue ? revenue / told.revenue : 0)}</span>
            </span>
          ),
        },
      ]}
    />
  )
}

/** Midnight UTC, so that the question stays the same for a day. */
function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
}
