import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ArrowLeft, CircleHelp } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { peopleQuery, segmentChoicesQuery, type Cell, type Question } from '@/api/insights'
import { rowsOf } from '@/api/queries'
import { Button } from '@/ui/Button'
import { Drawer } from '@/ui/Drawer'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { LoadMore } from '@/ui/LoadMore'
import { PersonLine } from '@/ui/PersonLine'
import { personName } from '@/ui/personName'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

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
  const group = useGroupNames(question)
  const title = cellTitle(question, cell, t, periodNames(i18n.language, unitOf(question), question.timezone, true), group)
  return (
    <Drawer open onClose={onClose} title={<bdi>{title}</bdi>} label={title}>
      {who ? (
        <>
          <div>
            <Button variant="ghost" size="small" icon={ArrowLeft} flip onPress={() => onWho(undefined)}>
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

/** Segments that are compared have names; other values are what they are. */
function useGroupNames(question: Question): (value: string) => string {
  const { breakdown } = question as { breakdown?: unknown }
  const compared = typeof breakdown === 'object' && breakdown !== null && 'segments' in breakdown
  const segments = useQuery({ ...segmentChoicesQuery, enabled: compared }).data
  return (value) => (compared && segments?.find(({ key }) => key === value)?.name) || value
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
      <ul>
        {rowsOf(found.data).map((person) => (
          <PersonLine
            key={person.id}
            person={person}
            after={
              <Button size="small" icon={CircleHelp} onPress={() => onWho(person.id)}>
                {t('insights.why.title')}
                <span className="hidden-visually"> {personName(t, person)}</span>
              </Button>
            }
          />
        ))}
      </ul>
      {found.hasNextPage && <LoadMore onMore={() => void found.fetchNextPage()} loading={found.isFetchingNextPage} />}
    </>
  )
}
