import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Split } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { identityQuery, type IdentityView, type Profile } from '@/api/people'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'

import { DecisionsCard } from './DecisionsCard'
import { EvidenceCard, RefusedCard } from './EvidenceCard'
import { IdentifiersCard } from './IdentifiersCard'
import { PathCard } from './PathCard'
import css from './Profile.module.css'
import { SplitDialog } from './SplitDialog'

const IdentityGraph = lazy(() => import('./IdentityGraph'))

const route = getRouteApi('/shell/profiles/$ref/{-$tab}')
const GRAPH_PX = 260

/** Why this is one person: what joins the identifiers, and what did not. The tables say all that the graph does. */
export function IdentityTab({ profile, address }: { profile: Profile; address: string }) {
  const { a, b } = route.useSearch()
  const view = useQuery(identityQuery(address))
  const path = useQuery({ ...identityQuery(address, a, b), enabled: Boolean(a && b) })
  const select = useSelect()
  if (view.error) return <ErrorState error={view.error} onRetry={() => void view.refetch()} />
  if (!view.data) return <Skeleton height={GRAPH_PX} />
  const chosen = [a, b].filter((label) => label !== undefined)
  const joined = a && b ? path.data?.path : undefined
  return (
    <div className={css.identity}>
      <GraphCard view={view.data} profile={profile} chosen={chosen} path={joined ?? []} onSelect={select} />
      {a && b && <PathCard a={a} b={b} path={joined} error={path.error} onClear={() => select(null)} />}
      <IdentifiersCard view={view.data} chosen={chosen} onSelect={select} />
      <EvidenceCard evidence={view.data.evidence} />
      {view.data.refused.length > 0 && <RefusedCard refused={view.data.refused} />}
      <DecisionsCard decisions={view.data.decisions} />
    </div>
  )
}

interface GraphProps {
  view: IdentityView
  profile: Profile
  chosen: string[]
  path: NonNullable<IdentityView['path']>
  onSelect: (label: string) => void
}

function GraphCard({ view, profile, chosen, path, onSelect }: GraphProps) {
  const { t } = useTranslation()
  const [splitting, setSplitting] = useState(false)
  return (
    <Card
      title={t('profile.identity.graphTitle')}
      note={t('profile.identity.graphHint')}
      actions={
        chosen.length === 2 && (
          <Button needs="write" size="small" icon={Split} onPress={() => setSplitting(true)}>
            {t('profile.split.open')}
          </Button>
        )
      }
      flush
    >
      <Suspense fallback={<Skeleton height={GRAPH_PX} />}>
        <IdentityGraph view={view} chosen={chosen} path={path} onSelect={onSelect} />
      </Suspense>
      {splitting && <SplitDialog profile={profile} a={chosen[0]} b={chosen[1]} onClose={() => setSplitting(false)} />}
    </Card>
  )
}

/** Choosing a third identifier begins anew with it; null clears. */
function useSelect(): (label: string | null) => void {
  const { a, b } = route.useSearch()
  const navigate = route.useNavigate()
  return (label) => {
    const now = [a, b].filter((one) => one !== undefined)
    const next = label === null ? [] : now.includes(label) ? now.filter((one) => one !== label) : now.length === 2 ? [label] : [...now, label]
    void navigate({ search: (old) => ({ ...old, a: next[0], b: next[1] }), replace: true })
  }
}
