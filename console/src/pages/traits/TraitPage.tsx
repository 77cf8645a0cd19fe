import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Ellipsis, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { computedTraitQuery, traitValuesQuery, type ComputedTrait, type NewTrait } from '@/api/audiences'
import { api, ApiError } from '@/api/client'
import { computationWords, isHoled, readComputation, readModel } from '@/conditions/computations'
import { nodeError } from '@/conditions/errors'
import { useVoice } from '@/conditions/useVoice'
import { BarList } from '@/ui/BarList'
import { Button } from '@/ui/Button'
import { ButtonLink } from '@/ui/ButtonLink'
import { Card, Column, Columns } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { ErrorState } from '@/ui/ErrorState'
import { Menu } from '@/ui/Menu'
import { Metric, Metrics } from '@/ui/Metric'
import { Num } from '@/ui/Num'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'
import { useToast } from '@/ui/Toast'
import { useFormat } from '@/ui/useFormat'

import css from '../segments/Segments.module.css'
import { StatusTag } from '../segments/StatusTag'
import { EndTrait } from './EndTrait'
import { TraitEditor } from './TraitEditor'
import { TraitPreview, useTraitPreview } from './TraitPreview'

const route = getRouteApi('/shell/traits/$key')

/** One computed trait: what it is, who has a value, and which values there are. */
export function TraitPage() {
  const { t } = useTranslation()
  const { key } = route.useParams()
  const { data, error, refetch } = useQuery(computedTraitQuery(key))
  if (data) return <Loaded key={`${key}:${data.version}`} trait={data} />
  return (
    <Page title={t('traits.one')} lead={t('traits.lead')} actions={error ? <ButtonLink to="/traits">{t('traits.all')}</ButtonLink> : undefined}>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton height={420} />}
    </Page>
  )
}

function Loaded({ trait }: { trait: ComputedTrait }) {
  const { t } = useTranslation()
  const voice = useVoice()
  const [ending, setEnding] = useState(false)
  return (
    <Page
      title={trait.name}
      lead={
        <span className={css.lead}>
          <span>{trait.description}</span>
          <span>
            {t('traits.subject')} {computationWords(voice, trait.trait)}
          </span>
        </span>
      }
      actions={
        <>
          <StatusTag status={trait.status} progress={trait.progress} />
          <Menu
            label={t('traits.more')}
            icon={Ellipsis}
            groups={[{ entries: [{ id: 'end', label: t('traits.end.title'), icon: Trash2, danger: true, needs: 'admin', onAction: () => setEnding(true) }] }]}
          />
        </>
      }
    >
      <Metrics>
        <Metric label={t('traits.people')} value={<Num value={trait.count} />} />
        <Metric
          label={t('segments.version')}
          value={<Num value={trait.version} />}
          note={
            <>
              <DateTime at={trait.at} /> · {trait.by}
            </>
          }
        />
      </Metrics>
      {trait.error && (
        <Card title={t('traits.failed')} note={<DateTime at={trait.error.at} />} flush>
          <ErrorState error={new ApiError(400, trait.error.code, trait.error.message, trait.error.hint)} />
        </Card>
      )}
      <Definition trait={trait} />
      {ending && <EndTrait trait={trait} onClose={() => setEnding(false)} />}
    </Page>
  )
}

function Definition({ trait }: { trait: ComputedTrait }) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const [draft, setDraft] = useState<unknown>(trait.trait)
  const save = useMutation({
    mutationFn: (body: NewTrait) => api.post<ComputedTrait>('/computed-traits', body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['computed-traits'] })
      toast(t('traits.published', { name: trait.name }))
    },
  })
  const changed = JSON.stringify(draft) !== JSON.stringify(trait.trait)
  const preview = useTraitPreview(draft, changed)
  const parts = readComputation(draft)
  const refused = save.error ? nodeError(save.error) : undefined
  const { key, name, description } = trait
  const actions = changed && (
    <>
      <Button size="small" onPress={() => setDraft(trait.trait)}>
        {t('segments.discard')}
      </Button>
      <Button
        needs="write"
        size="small"
        variant="primary"
        isDisabled={parts && isHoled(parts)}
        isPending={save.isPending}
        onPress={() => save.mutate({ key, name, description, trait: draft, reason: '' })}
      >
        {t('traits.publish')}
      </Button>
    </>
  )
  return (
    <Columns>
      <Column>
        <TraitEditor
          value={draft}
          onChange={(next) => {
            save.reset()
            setDraft(next)
          }}
          error={refused ?? preview.refused}
          note={changed && t('traits.unsaved')}
          actions={actions}
        />
        {save.error && !refused && <ErrorState error={save.error} />}
      </Column>
      {changed && !readModel(draft) ? <TraitPreview preview={preview} /> : <Values trait={trait} />}
    </Columns>
  )
}

function Values({ trait }: { trait: ComputedTrait }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { data, error } = useQuery(traitValuesQuery(trait.key))
  const kinds = data?.[0]?.kinds ?? 0
  return (
    <Card title={t('traits.values')} note={kinds > 0 && t('traits.valuesNote', { formatted: format.number(kinds) })}>
      {error && <ErrorState error={error} />}
      {!error && !data && <Skeleton lines={6} />}
      {data?.length === 0 && <p className={css.quiet}>{t('traits.noValues')}</p>}
      {data && data.length > 0 && (
        <BarList label={t('traits.values')} bars={data.map(({ value, people }) => ({ id: value, label: <bdi>{plain(value)}</bdi>, value: people }))} />
      )}
    </Card>
  )
}

/** Values are kept as JSON: a text stands in quotes. */
function plain(value: string): string {
  try {
    const read: unknown = JSON.parse(value)
    return typeof read === 'string' ? read : Array.isArray(read) ? read.join(', ') : String(read)
  } catch {
    return value
  }
}
