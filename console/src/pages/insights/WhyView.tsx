import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { UserRound } from 'lucide-react'
import { useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { whyQuery, type Question, type RetentionQuestion, type Why, type WhyEvent } from '@/api/insights'
import { profileQuery } from '@/api/people'
import { Button } from '@/ui/Button'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import css from './Insights.module.css'
import { periodNames, unitOf } from './periods'
import { cellName } from './tables'
import { resultKey, whyEvents } from './why'
import { WhyOrders } from './WhyOrders'

/** Why one person counts, or does not: her events, and what became of each. */
export function WhyView({ question, profile }: { question: Question; profile: string }) {
  const { t } = useTranslation()
  const told = useQuery(whyQuery(question, profile))
  const person = useQuery(profileQuery(profile)).data
  return (
    <div className={css.why}>
      <h3>
        <Link to="/profiles/$ref/{-$tab}" params={{ ref: profile }}>
          <UserRound size={14} aria-hidden /> <bdi>{person?.name || profile}</bdi>
        </Link>
      </h3>
      {told.error && <ErrorState error={told.error} onRetry={() => void told.refetch()} />}
      {told.isPending && <Skeleton lines={8} />}
      {told.data && <Reasons question={question} why={told.data} />}
      {told.data && <p className={css.quiet}>{t('insights.why.note')}</p>}
    </div>
  )
}

function Reasons({ question, why }: { question: Question; why: Why }) {
  const { t, i18n } = useTranslation()
  const period = useMemo(() => periodNames(i18n.language, unitOf(question), question.timezone, true), [i18n.language, question])
  if (why.cohorts && question.kind === 'retention') return <Cohorts question={question} cohorts={why.cohorts} period={period} />
  if (why.paths) return <Paths paths={why.paths} />
  if (why.orders) return <WhyOrders orders={why.orders} period={period} />
  if (why.conversions) return <Conversions conversions={why.conversions} />
  return (
    <>
      <p className={css.verdict} data-no={isOut(why) || undefined}>
        {verdict(question, why, t)}
      </p>
      {question.kind === 'funnel' && question.breakdown && why.value !== undefined && (
        <p className={css.quiet}>
          {t('insights.why.under')}: <bdi>{why.value ?? t('insights.noValue')}</bdi>
        </p>
      )}
      {Array.isArray(why.periods) && why.periods.length > 0 && (
        <p className={css.squares}>
          {why.periods.map((each) =>
            typeof each === 'string' ? (
              <span key={each} className={css.square} data-on>
                {period(each)}
              </span>
            ) : (
              <span key={each.start} className={css.square} data-on={each.state !== 'dormant' || undefined}>
                {period(each.start)} · {t(`insights.state.${each.state}`)}
              </span>
            ),
          )}
        </p>
      )}
      <Events why={why} period={period} />
    </>
  )
}

function isOut(why: Why): boolean {
  return why.reached === 0 || why.events?.length === 0
}

function verdict(question: Question, why: Why, t: TFunction): string {
  if (question.kind === 'funnel') return t('insights.why.reached', { number: why.reached ?? 0, of: question.steps.length })
  if (typeof why.periods === 'number') return t('insights.why.periods', { count: why.periods })
  return t('insights.why.events', { count: why.events?.length ?? 0 })
}

const SHOWN = 40

function Events({ why, period }: { why: Why; period: (label: string) => string }) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const events = whyEvents(why)
  const shown = all ? events : events.slice(-SHOWN)
  if (!events.length) return <EmptyState title={t('insights.why.none')} />
  return (
    <>
      {shown.length < events.length && (
        <div>
          <Button size="small" onPress={() => setAll(true)}>
            {t('insights.why.all', { count: events.length })}
          </Button>
        </div>
      )}
      <ol className={css.events}>
        {shown.map(({ event, counts }, index) => (
          <li key={`${event.message_id} ${index}`} className={css.event} data-counts={counts || undefined}>
            <span className={css.eventHead}>
              <bdi>{event.event || t('insights.why.unnamed')}</bdi>
              <DateTime at={event.at} as="full" />
            </span>
            <Results event={event} period={period} />
          </li>
        ))}
      </ol>
    </>
  )
}

function Results({ event, period }: { event: WhyEvent; period: (label: string) => string }): ReactNode {
  const { t } = useTranslation()
  if (event.steps) {
    return event.steps.map(({ step, result }, index) => {
      const key = resultKey(result)
      return (
        <span key={index} className={css.quiet}>
          {t('insights.why.asStep', { number: step })}: {key ? t(`insights.why.result.${key}`) : result}
        </span>
      )
    })
  }
  if (event.period) {
    return (
      <span className={css.quiet}>
        {event.series?.join(', ')} · {period(event.period)}
      </span>
    )
  }
  return null
}

function Cohorts({ question, cohorts, period }: { question: RetentionQuestion; cohorts: NonNullable<Why['cohorts']>; period: (label: string) => string }) {
  const { t } = useTranslation()
  if (!cohorts.length) return <p className={css.verdict} data-no>{t('insights.why.noCohort')}</p>
  return cohorts.map((cohort) => (
    <section key={cohort.start} className={css.why} aria-label={period(cohort.start)}>
      <p className={css.verdict}>
        {t('insights.why.cohort', { name: period(cohort.start) })} <DateTime at={cohort.anchor} as="full" />
      </p>
      <p className={css.squares}>
        {cohort.values.map((value, number) => (
          <span key={number} className={css.square} data-on={value || undefined}>
            {cellName(question.period ?? 'week', number, t, question.brackets)}
            <span className="hidden-visually"> {t(value ? 'insights.why.yes' : 'insights.why.no')}</span>
          </span>
        ))}
      </p>
      {cohort.returns.length > 0 && (
        <ol className={css.events}>
          {cohort.returns.slice(0, SHOWN).map((event) => (
            <li key={event.message_id} className={css.event} data-counts>
              <span className={css.eventHead}>
                {t('insights.why.returned', { name: cellName(question.period ?? 'week', event.period, t, question.brackets) })}
                <DateTime at={event.at} as="full" />
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  ))
}

function Conversions({ conversions }: { conversions: NonNullable<Why['conversions']> }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <>
      <p className={css.verdict} data-no={conversions.length === 0 || undefined}>
        {t('insights.why.conversions', { count: conversions.length })}
      </p>
      {conversions.slice(0, SHOWN).map(({ event, at, message_id, amount, currency, touches }) => (
        <ol key={message_id} className={css.events}>
          {touches.map((touch) => (
            <li key={touch.message_id} className={css.event} data-counts={touch.share > 0 || undefined}>
              <span className={css.eventHead}>
                <bdi>{touch.value}</bdi>
                <DateTime at={touch.at} as="full" />
              </span>
              <span className={css.quiet}>{format.percent(touch.share)}</span>
            </li>
          ))}
          <li className={css.event} data-counts>
            <span className={css.eventHead}>
              <strong>
                <bdi>{event || t('insights.why.unnamed')}</bdi>
              </strong>
              <DateTime at={at} as="full" />
            </span>
            <span className={css.quiet}>
              {[amount !== null && amount !== undefined && `${format.number(amount)} ${currency ?? ''}`, !touches.length && t('insights.unattributed')].filter(Boolean).join(' · ')}
            </span>
          </li>
        </ol>
      ))}
    </>
  )
}

function Paths({ paths }: { paths: NonNullable<Why['paths']> }) {
  const { t } = useTranslation()
  return (
    <>
      <p className={css.verdict} data-no={paths.length === 0 || undefined}>
        {t('insights.why.paths', { count: paths.length })}
      </p>
      {paths.slice(0, SHOWN).map((path, index) => (
        <ol key={index} className={css.events}>
          {path.map(({ item, at }, place) => (
            <li key={place} className={css.event} data-counts>
              <span className={css.eventHead}>
                <bdi>{item}</bdi>
                <DateTime at={at} as="full" />
              </span>
            </li>
          ))}
        </ol>
      ))}
    </>
  )
}
