import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { traceQuery } from '@/api/queries'
import type { TraceStage } from '@/api/types'
import { DateTime } from '@/ui/DateTime'
import { EmptyState } from '@/ui/EmptyState'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'

import css from './Live.module.css'

/** Each stage that one event went through. Also used wherever else an event is opened. */
export function TraceView({ messageId }: { messageId: string }) {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(traceQuery(messageId))
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton lines={5} />
  if (!data.found) return <EmptyState title={t('live.notFound')} />
  return (
    <ol className={css.trace}>
      {data.stages.map((stage, index) => (
        <Stage key={index} stage={stage} />
      ))}
    </ol>
  )
}

const BAD = new Set(['quarantined', 'rejected', 'failed', 'duplicate'])

function Stage({ stage }: { stage: TraceStage }) {
  const { t } = useTranslation()
  return (
    <li className={css.stage} data-bad={BAD.has(stage.status) || stage.stage === 'quarantine' || undefined}>
      <span className={css.stageHead}>
        {t(`live.stage.${stage.stage}`)}
        <span className={css.stageTime}>
          {stage.status} {stage.at && <DateTime at={stage.at} as="time" />}
        </span>
      </span>
      <code className={css.detail} dir="ltr">
        {Object.entries(stage.detail)
          .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
          .join(' · ')}
      </code>
    </li>
  )
}
