import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowLeft, CircleHelp } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { peopleQuery, type Cell, type Question } from '@/api/insights'
import { rowsOf } from '@/api/queries'
import type { ProfileSummary } from '@/api/types'
import { Avatar } from '@/ui/Avatar'
import { Button } from '@/ui/Button'
import { DateTime } from '@/ui/DateTime'
import { Drawer } from '@/ui/Drawer'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { LoadMore } from '@/ui/LoadMore'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import css from './Insights.module.css'
import { cellTitle } from './names'
import { periodNames, unitOf } from './periods'
import { WhyView } from './WhyView'

interface Props {
  question: Question
  cell: Cell
  /** Of whom the reason is shown. */
  who: string | undefined
  onWho: (profile: string | undefined) => void
  onClose: () => void
}

/** Who is behind a number; and of one of them, why. */
export function PeopleDrawer({ question, cell, who, onWho, onClose }: Props) {
  const { t, i18n } = useTranslation()
  const title = cellTitle(question, cell, t, periodNames(i18n.language, unitOf(question), question.timezone, true))
  return (
    <Drawer open onClose={onClose} title={<bdi>{title}</bdi>} label={title}>
      {who ? (
        <>
          <div>
            <Button variant="ghost" size="small" icon={ArrowLeft} onPress={() => onWho(undefined)}>
              {t('insights.people.back')}
            </Button>
          </div>
          <WhyView question={question} profile={who} />
        </>
      ) : (
        <People question={question} cell={cell} onWho={onWho} />
      )}
    </Drawer>
  )
}

function People({ question, cell, onWho }: { question: Question; cell: Cell; onWho: (profile: string) => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const found = useInfiniteQuery(peopleQuery(question, cell))
  if (found.error) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  if (!found.data) return <Skeleton lines={8} />
  const count = found.data.pages[0]?.count ?? 0
  if (!count) return <EmptyState title={t('insights.people.nobody')}>{t('insights.people.nobodyHint')}</EmptyState>
  return (
    <>
      <p role="status">{t('insights.peopleCount', { count, formatted: format.number(count) })}</p>
      <ul className={css.people}>
        {rowsOf(found.data).map((person) => (
          <Person key={person.id} person={person} onWhy={() => onWho(person.id)} />
        ))}
      </ul>
      {found.hasNextPage && <LoadMore onMore={() => void found.fetchNextPage()} loading={found.isFetchingNextPage} />}
    </>
  )
}

function Person({ person, onWhy }: { person: ProfileSummary; onWhy: () => void }) {
  const { t } = useTranslation()
  const name = person.name || person.id
  return (
    <li className={css.person}>
      <Avatar name={name} known={person.known} />
      <span className={css.personText}>
        <Link to="/profiles/$ref/{-$tab}" params={{ ref: person.id }}>
          <bdi>{name}</bdi>
        </Link>
        <span className={css.quiet}>
          {person.identifiers[0] && (
            <>
              <bdi>{person.identifiers[0].value}</bdi> ·{' '}
            </>
          )}
          <DateTime at={person.last_seen} />
        </span>
      </span>
      <Button size="small" icon={CircleHelp} onPress={onWhy}>
        {t('insights.why.title')}
        <span className="hidden-visually"> {name}</span>
      </Button>
    </li>
  )
}
