import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { computedTraitsQuery, segmentsQuery } from '@/api/audiences'
import { api } from '@/api/client'
import { modelsQuery, type Model } from '@/api/value'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'
import { Words } from '@/ui/Words'

import { keyOf } from '../segments/key'
import { freeKey } from './keys'
import { useWords } from './words'

interface Props {
  proposed: string
  description: string
  model: string
  /** Trait of the model that the condition looks at. */
  output: string
  seed?: string
  every?: string
  when: (trait: string) => unknown
  onClose: () => void
}

/** A segment over what a model says; the computed trait that carries it is made with it when there is none. */
export function MakeSegment({ proposed, description, model, output, seed = '', every = '1d', when, onClose }: Props) {
  const { t } = useTranslation()
  const words = useWords()
  const toast = useToast()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState(proposed)
  const [key, setKey] = useState<string>()
  const models = useQuery(modelsQuery)
  const traits = useQuery(computedTraitsQuery)
  const segments = useQuery(segmentsQuery)
  const known = models.data && traits.data && segments.data
  const carried = carrier(models.data?.items, model, output, seed)
  const fresh = freeKey(seed ? `like_${seed}` : output, traits.data?.items.map((each) => each.key) ?? [])
  const trait = carried ?? fresh
  const own = key ?? freeKey(keyOf(name) || keyOf(`${model}_segment`), segments.data?.items.map((each) => each.key) ?? [])
  const taken = segments.data?.items.some((each) => each.key === own)
  const make = useMutation({
    mutationFn: () =>
      api.post('/definitions', {
        traits: carried ? [] : [{ key: fresh, name: words.trait(output, output), trait: { model, trait: output, every, ...(seed ? { seed_segment: seed } : {}) } }],
        segments: [{ key: own, name: name.trim(), description, when: when(trait) }],
      }),
    onSuccess: async () => {
      await Promise.all(['segments', 'computed-traits', 'models'].map((each) => client.invalidateQueries({ queryKey: [each] })))
      toast(t('value.segment.done', { name: name.trim() }))
      await navigate({ to: '/segments/$key/{-$tab}', params: { key: own } })
    },
  })
  const error = models.error ?? traits.error ?? segments.error ?? make.error
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('value.segment.make')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button needs="write" variant="primary" onPress={() => make.mutate()} isPending={make.isPending} isDisabled={!known || !name.trim() || !own || taken}>
            {t('value.segment.confirm')}
          </Button>
        </>
      }
    >
      {error && <ErrorState error={error} />}
      {!known && !error && <Skeleton lines={4} />}
      {known && (
        <>
          <p>
            <Words text={carried ? t('value.segment.carried', { trait }) : t('value.segment.fresh', { trait })} />
          </p>
          <TextField label={t('segments.name')} value={name} onChange={setName} isRequired autoFocus />
          <TextField label={t('segments.key')} value={own} onChange={setKey} error={taken ? t('value.segment.taken') : undefined} hint={t('segments.keyHint')} mono />
        </>
      )}
    </Dialog>
  )
}

function carrier(models: readonly Model[] | undefined, model: string, output: string, seed: string): string | undefined {
  const found = models?.find((each) => each.name === model && each.seed_segment === seed)
  return found?.traits.find((each) => each.key === output)?.computed[0]
}
