import { getRouteApi } from '@tanstack/react-router'
import { Pencil, Plus } from 'lucide-react'
import { lazy, Suspense, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { NorthStarQuestion } from '@/api/northstar'
import { Button } from '@/ui/Button'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { Select } from '@/ui/Select'
import { Skeleton } from '@/ui/Skeleton'

import { NoStar } from './NoStar'
import css from './NorthStar.module.css'
import { comparable, toText } from './star'
import { StarAnswer } from './StarAnswer'
import { StarMenu } from './StarMenu'
import { usePeriodName } from './usePeriodName'
import { useStar, type Star } from './useStar'

const StarEditor = lazy(() => import('./StarEditor'))

const route = getRouteApi('/shell/north-star')

/** One number over time, and the tree of inputs that move it. */
export function NorthStarPage() {
  const { t } = useTranslation()
  const star = useStar()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { list, listError, saved, question } = star
  const begin = (next: NorthStarQuestion) => void navigate({ search: { q: toText(next), edit: '1' } })
  const editing = search.edit === '1' && question !== undefined
  if (editing) {
    return (
      <Suspense
        fallback={
          <Plain>
            <Skeleton height={420} />
          </Plain>
        }
      >
        <StarEditor key={saved?.key ?? ''} star={star} question={question} />
      </Suspense>
    )
  }
  if (!question || search.view === 'new') {
    return (
      <Plain>
        {listError && !list ? <ErrorState error={listError} /> : list ? <NoStar first={list.length === 0} onBegin={begin} /> : <Skeleton height={420} />}
      </Plain>
    )
  }
  return (
    <Page
      title={saved?.name ?? t('northstar.unnamed')}
      lead={saved?.description || t('northstar.lead')}
      actions={
        <>
          {saved && <StarMenu saved={saved} onGone={() => void navigate({ search: {} })} />}
          <Button needs="write" icon={Plus} onPress={() => void navigate({ search: { view: 'new' } })}>
            {t('northstar.create')}
          </Button>
          <Button needs="write" variant="primary" icon={Pencil} onPress={() => void navigate({ search: (old) => ({ ...old, key: saved?.key, edit: '1' }) })}>
            {t('northstar.edit')}
          </Button>
        </>
      }
      filters={<Filters star={star} />}
    >
      <StarAnswer star={star} question={question} />
    </Page>
  )
}

function Plain({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <Page title={t('northstar.title')} lead={t('northstar.lead')}>
      {children}
    </Page>
  )
}

function Filters({ star: { list, saved, told } }: { star: Star }) {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const name = usePeriodName(told?.question)
  const periods = told ? comparable(told.answer) : []
  const at = told?.answer.period
  return (
    <div className={css.filters}>
      {list && list.length > 1 && saved && (
        <Select
          label={t('northstar.which')}
          labelAt="inside"
          options={list.map(({ key, name: label }) => ({ value: key, label }))}
          value={saved.key}
          onChange={(key) => void navigate({ search: { key } })}
        />
      )}
      {at && periods.length > 1 && (
        <Select
          label={t('northstar.compared')}
          labelAt="inside"
          options={[...new Set([...periods, at])].map((value) => ({ value, label: name(value) }))}
          value={at}
          onChange={(next) => void navigate({ search: { ...search, at: next === periods[0] ? undefined : next }, replace: true })}
        />
      )}
    </div>
  )
}
