import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Target } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { segmentsQuery, type Segment } from '@/api/audiences'
import { isTooLittle, lookalikesQuery, type Lookalikes } from '@/api/value'
import { Button } from '@/ui/Button'
import { ButtonLink } from '@/ui/ButtonLink'
import { Card, Column, Columns } from '@/ui/Card'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { LoadMore } from '@/ui/LoadMore'
import { PersonLine } from '@/ui/PersonLine'
import { Select } from '@/ui/Select'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import { Bar } from './Bar'
import { MakeSegment } from './MakeSegment'
import css from './Value.module.css'

const route = getRouteApi('/shell/value')
const NUMBERS = ['50', '100', '500', '1000'] as const
const PAGE = 25

/** The customers most like the members of a segment, who are not in it. */
export default function LookalikesTab() {
  const { t } = useTranslation()
  const format = useFormat()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const set = (change: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const segments = useQuery(segmentsQuery)
  const people = segments.data?.items.filter(({ of }) => of === 'people')
  const segment = people?.find(({ key }) => key === search.segment)
  const k = NUMBERS.find((each) => each === search.k) ?? '100'
  if (segments.error) return <ErrorState error={segments.error} onRetry={() => void segments.refetch()} />
  if (!people) return <Skeleton height={320} />
  if (people.length === 0) {
    return (
      <EmptyState
        title={t('value.like.noSegments')}
        action={
          <ButtonLink needs="write" to="/segments/~new" variant="primary">
            {t('segments.create')}
          </ButtonLink>
        }
      >
        {t('value.like.noSegmentsHint')}
      </EmptyState>
    )
  }
  return (
    <>
      <div className={css.filters}>
        <Select
          label={t('value.like.seed')}
          labelAt="inside"
          options={[
            ...(segment ? [] : [{ value: '', label: t('value.like.choose') }]),
            ...people.map(({ key, name, count }) => ({ value: key, label: `${name} (${format.number(count)})` })),
          ]}
          value={segment?.key ?? ''}
          onChange={(next) => set({ segment: next || undefined })}
        />
        <Select
          label={t('value.like.number')}
          labelAt="inside"
          options={NUMBERS.map((value) => ({ value, label: format.number(Number(value)) }))}
          value={k}
          onChange={(next) => set({ k: next === '100' ? undefined : next })}
        />
      </div>
      {segment ? <Found key={`${segment.key} ${k}`} segment={segment} k={Number(k)} /> : <p className={css.quiet}>{t('value.like.lead')}</p>}
    </>
  )
}

function Found({ segment, k }: { segment: Segment; k: number }) {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(lookalikesQuery(segment.key, k))
  const [making, setMaking] = useState(false)
  if (error) {
    return isTooLittle(error) ? <EmptyState title={t('value.like.tooSmall')}>{t('value.like.tooSmallHint')}</EmptyState> : <ErrorState error={error} onRetry={() => void refetch()} />
  }
  if (!data) return <Skeleton height={320} />
  return (
    <Columns>
      <Card
        title={t('value.like.found', { name: segment.name })}
        actions={
          data.count > 0 && (
            <Button needs="write" size="small" variant="primary" icon={Target} onPress={() => setMaking(true)}>
              {t('value.segment.make')}
            </Button>
          )
        }
      >
        <Ranked told={data} name={segment.name} />
      </Card>
      <Column>
        <Quality told={data} />
        <Likes told={data} />
      </Column>
      {making && (
        <MakeSegment
          proposed={t('value.like.proposed', { name: segment.name })}
          description=""
          model="lookalikes"
          output="lookalike_rank"
          seed={segment.key}
          every="7d"
          when={(trait) => ({ trait, op: 'lte', value: k })}
          onClose={() => setMaking(false)}
        />
      )}
    </Columns>
  )
}

function Ranked({ told, name }: { told: Lookalikes; name: string }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [shown, setShown] = useState(PAGE)
  const listed = told.people.slice(0, shown)
  if (!listed.length) return <EmptyState title={t('value.like.nobody')} />
  return (
    <>
      <ul aria-label={t('value.like.found', { name })}>
        {listed.map(({ profile, similarity }) => (
          <PersonLine
            key={profile.id}
            person={profile}
            after={
              <span className={css.similar} title={t('value.like.similarity')}>
                <Bar share={similarity} />
                <span className={css.percent}>{format.percent(similarity)}</span>
              </span>
            }
          />
        ))}
      </ul>
      {told.people.length > shown && <LoadMore onMore={() => setShown(shown + PAGE)} loading={false} />}
      {told.count > told.people.length && told.people.length <= shown && (
        <p className={css.quiet}>{t('value.like.rest', { formatted: format.number(told.count - told.people.length) })}</p>
      )}
    </>
  )
}

const HARDLY = 0.6
const CLEARLY = 0.75

/** Whether the seed has anything in common: hidden members should come out ahead of everybody else. */
function Quality({ told: { metrics, parameters } }: { told: Lookalikes }) {
  const { t } = useTranslation()
  const format = useFormat()
  const auc = metrics.auc_of_hidden_seeds ?? 0.5
  const verdict = auc >= CLEARLY ? 'clearly' : auc >= HARDLY ? 'somewhat' : 'hardly'
  return (
    <Card title={t('value.like.quality')}>
      <p className={css.verdict}>{t(`value.like.verdict.${verdict}`)}</p>
      <p className={css.quiet}>{t('value.like.auc', { share: format.percent(auc), formatted: format.number(parameters.seeds ?? 0) })}</p>
    </Card>
  )
}

const LIKES = 'seed_likes_'

function Likes({ told: { parameters } }: { told: Lookalikes }) {
  const { t } = useTranslation()
  const format = useFormat()
  const liked = Object.entries(parameters)
    .filter(([name]) => name.startsWith(LIKES))
    .map(([name, people]) => ({ name: name.slice(LIKES.length), people }))
    .toSorted((a, b) => b.people - a.people)
  if (!liked.length) return null
  const most = liked[0]!.people
  return (
    <Card title={t('value.like.likes')}>
      <ul className={css.plain}>
        {liked.map(({ name, people }) => (
          <li key={name} className={css.line}>
            <bdi className={css.lineName}>{name === 'other' ? t('insights.others') : name}</bdi>
            <Bar share={people / most} />
            <span className={css.percent}>{format.number(people)}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
