import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Play, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { useErrorWords } from '@/api/useErrorWords'
import { isMoving, modelsQuery, type Model } from '@/api/value'
import { Button } from '@/ui/Button'
import { DateTime } from '@/ui/DateTime'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { useToast } from '@/ui/Toast'
import { useFormat } from '@/ui/useFormat'

import { DriftTag, StateTag } from './ModelTags'
import { MakeTrait } from './MakeTrait'
import { ModelDrawer } from './ModelDrawer'
import { useQuality } from './quality'
import css from './Value.module.css'
import { useWords } from './words'

const route = getRouteApi('/shell/value')

/** Every model as a card: what it is for, when it was trained, how well it does. */
export default function ModelsTab() {
  const { t } = useTranslation()
  const { model: opened } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useQuery(modelsQuery)
  const [making, setMaking] = useState<Model>()
  const open = (id?: string) => void navigate({ search: (old) => ({ ...old, model: id }) })
  const shown = data?.items.find((model) => idOf(model) === opened)
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={420} />
  return (
    <>
      <p className={css.quiet}>{t('value.models.lead')}</p>
      <ul className={css.models}>
        {data.items.map((model) => (
          <ModelView key={idOf(model)} model={model} onOpen={() => open(idOf(model))} onTrait={() => setMaking(model)} />
        ))}
      </ul>
      {shown && <ModelDrawer model={shown} onClose={() => open()} onTrait={() => setMaking(shown)} />}
      {making && <MakeTrait model={making} onClose={() => setMaking(undefined)} />}
    </>
  )
}

export function idOf({ name, seed_segment }: Model): string {
  return seed_segment ? `${name}:${seed_segment}` : name
}

interface Props {
  model: Model
  onOpen: () => void
  onTrait: () => void
}

function ModelView({ model, onOpen, onTrait }: Props) {
  const { t } = useTranslation()
  const words = useWords()
  const quality = useQuality()(model)
  const title = titleOf(words.model(model.name, model.title), model.seed_segment)
  return (
    <li className={css.model} aria-label={title}>
      <header className={css.modelHead}>
        <h2>
          <button type="button" className={css.open} onClick={onOpen}>
            <bdi>{title}</bdi>
          </button>
        </h2>
        <StateTag model={model} />
      </header>
      <p className={css.purpose}>{words.purpose(model.name)}</p>
      {quality ? (
        <dl className={css.quality}>
          {quality.map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className={css.reason}>{model.reason ? <bdi dir="ltr">{model.reason}</bdi> : t('value.models.untrained')}</p>
      )}
      <Carriers model={model} />
      <footer className={css.modelFoot}>
        <span className={css.quiet}>{model.card ? <Trained model={model} /> : null}</span>
        <span className={css.tools}>
          <TrainButton model={model} />
          <Button needs="write" size="small" icon={Plus} onPress={onTrait}>
            {t('value.models.trait')}
            <span className="hidden-visually"> {title}</span>
          </Button>
        </span>
      </footer>
    </li>
  )
}

export function titleOf(title: string, seed: string): string {
  return seed ? `${title}: ${seed}` : title
}

function Trained({ model: { card } }: { model: Model }) {
  const { t } = useTranslation()
  return (
    <>
      {t('value.models.trained')} <DateTime at={card?.trained_at} /> {card && card.drift.length > 0 && <DriftTag drift={card.drift} />}
    </>
  )
}

/** The computed traits that carry what it says. */
function Carriers({ model }: { model: Model }) {
  const { t } = useTranslation()
  const format = useFormat()
  const keys = model.traits.flatMap(({ computed }) => computed)
  return (
    <p className={css.carriers}>
      {keys.length === 0 && t('value.models.uncarried')}
      {keys.length > 0 && (
        <>
          {t('value.models.carried', { formatted: format.number(keys.length) })}{' '}
          {keys.map((key) => (
            <Link key={key} to="/traits/$key" params={{ key }}>
              {key}
            </Link>
          ))}
        </>
      )}
    </p>
  )
}

/** Runs it as soon as no other runs. A model that needs a seed is run by the trait that names one. */
export function TrainButton({ model, small = true }: { model: Model; small?: boolean }) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const words = useWords()
  const errorWords = useErrorWords()
  const title = titleOf(words.model(model.name, model.title), model.seed_segment)
  const run = useMutation({
    mutationFn: () => api.post<Model>(`/models/${model.name}/run`, { seed_segment: model.seed_segment }),
    onSuccess: () => client.invalidateQueries({ queryKey: modelsQuery.queryKey }),
    onError: (error) => toast(errorWords(error).message, 'bad'),
  })
  if (model.needs.includes('seeds') && !model.seed_segment) return null
  return (
    <Button needs="write" size={small ? 'small' : 'normal'} icon={Play} isPending={run.isPending || isMoving(model)} onPress={() => run.mutate()}>
      {t('value.models.train')}
      <span className="hidden-visually"> {title}</span>
    </Button>
  )
}
