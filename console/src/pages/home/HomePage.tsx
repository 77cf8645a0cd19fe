import { useQuery } from '@tanstack/react-query'
import { Radio } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { overviewQuery } from '@/api/queries'
import { ButtonLink } from '@/ui/ButtonLink'
import { Column, Columns } from '@/ui/Card'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

import { BalanceCard } from './BalanceCard'
import { ChangesCard } from './ChangesCard'
import { ChecklistCard } from './ChecklistCard'
import { Numbers } from './Numbers'
import { SourcesCard } from './SourcesCard'
import { TopEventsCard } from './TopEventsCard'

export function HomePage() {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(overviewQuery())
  return (
    <Page
      title={t('home.title')}
      lead={t('home.lead')}
      actions={
        <ButtonLink to="/live" variant="primary" icon={Radio}>
          {t('home.openLive')}
        </ButtonLink>
      }
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Waiting />}
      {data && (
        <>
          <Numbers overview={data} />
          <Columns>
            <Column>
              <BalanceCard balance={data.balance} />
              <SourcesCard sources={data.sources} />
            </Column>
            <Column>
              <ChangesCard />
              <ChecklistCard steps={data.checklist} />
              <TopEventsCard events={data.top_events} />
            </Column>
          </Columns>
        </>
      )}
    </Page>
  )
}

function Waiting() {
  return (
    <>
      <Skeleton height={116} />
      <Skeleton height={180} />
      <Skeleton height={240} />
    </>
  )
}
