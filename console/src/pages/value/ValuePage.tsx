import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Settings2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { classesQuery } from '@/api/value'
import { Button } from '@/ui/Button'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'
import { Tabs } from '@/ui/Tabs'

import { NoOrders } from './NoOrders'
import { Overview } from './Overview'

const LookalikesTab = lazy(() => import('./LookalikesTab'))
const ModelsTab = lazy(() => import('./ModelsTab'))
const SettingsDialog = lazy(() => import('./SettingsDialog'))

const TABS = ['overview', 'lookalikes', 'models'] as const
type Tab = (typeof TABS)[number]

const route = getRouteApi('/shell/value')

/** What customers are worth, who is like whom, and the models that say so. */
export function ValuePage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [setting, setSetting] = useState(false)
  const classes = useQuery(classesQuery)
  const tab = TABS.find((each) => each === search.tab) ?? 'overview'
  const select = (id: string) => void navigate({ search: id === 'overview' ? {} : { tab: id }, replace: true })
  return (
    <Page
      title={t('value.title')}
      lead={t('value.lead')}
      actions={
        <Button icon={Settings2} onPress={() => setSetting(true)}>
          {t('value.settings.title')}
        </Button>
      }
    >
      {classes.error && !classes.data && <ErrorState error={classes.error} onRetry={() => void classes.refetch()} />}
      {classes.isPending && <Skeleton height={420} />}
      {classes.data &&
        (classes.data.customers === 0 ? (
          <NoOrders onSettings={() => setSetting(true)} />
        ) : (
          <Tabs
            label={t('value.tab.title')}
            selected={tab}
            onSelect={select}
            items={TABS.map((id: Tab) => ({
              id,
              label: t(`value.tab.${id}`),
              content: (
                <Suspense fallback={<Skeleton height={420} />}>
                  {id === 'overview' && <Overview told={classes.data} />}
                  {id === 'lookalikes' && <LookalikesTab />}
                  {id === 'models' && <ModelsTab />}
                </Suspense>
              ),
            }))}
          />
        ))}
      {setting && (
        <Suspense>
          <SettingsDialog onClose={() => setSetting(false)} />
        </Suspense>
      )}
    </Page>
  )
}
