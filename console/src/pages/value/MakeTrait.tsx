import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { computedTraitsQuery, segmentsQuery, type ComputedTrait, type NewTrait } from '@/api/audiences'
import { api } from '@/api/client'
import type { Model } from '@/api/value'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Select } from '@/ui/Select'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'
import { Words } from '@/ui/Words'

import { keyOf } from '../segments/key'
import { freeKey } from './keys'
import css from './Value.module.css'
import { useWords } from './words'

const EVERY = ['1h', '6h', '1d', '7d'] as const

/** A computed trait that carries what a model says, and so lets it run on schedule. */
export function MakeTrait({ model, onClose }: { model: Model; onClose: () => void }) {
  const { t } = useTranslation()
  const words = useWords()
  const toast = useToast()
  const client = useQueryClient()
  const navigate = useNavigate()
  const seeded = model.needs.includes('seeds')
  const [output, setOutput] = useState((model.traits.find(({ computed }) => !computed.length) ?? model.traits[0])?.key ?? '')
  const [seed, setSeed] = useState(model.seed_segment)
  const [every, setEvery] = useState<string>(seeded ? '7d' : '1d')
  const [name, setName] = useState<string>()
  const [key, setKey] = useState<string>()
  const segments = useQuery({ ...segmentsQuery, enabled: seeded }).data?.items.filter(({ of }) => of === 'people') ?? []
  const taken = useQuery(computedTraitsQuery).data?.items.map((each) => each.key)
  const trait = model.traits.find((each) => each.key === output)
  const shownName = name ?? (trait ? words.trait(trait.key, trait.meaning) : '')
  const ownKey = key ?? freeKey(seeded && seed ? `${output}_${seed}` : output || keyOf(shownName), taken ?? [])
  const clash = taken?.includes(ownKey)
  const make = useMutation({
    mutationFn: (body: NewTrait) => api.post<ComputedTrait>('/computed-traits', body),
    onSuccess: async (made) => {
      await Promise.all(['computed-traits', 'models'].map((each) => client.invalidateQueries({ queryKey: [each] })))
      toast(t('traits.made', { name: made.name }))
      await navigate({ to: '/traits/$key', params: { key: made.key } })
    },
  })
  const body = {
    key: ownKey,
    name: shownName.trim(),
    description: '',
    reason: '',
    trait: { model: model.name, trait: output, every, ...(seeded ? { seed_segment: seed } : {}) },
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('value.makeTrait.title', { name: words.model(model.name, model.title) })}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button
            needs="write"
            variant="primary"
            onPress={() => make.mutate(body)}
            isPending={make.isPending}
            isDisabled={!taken || clash || !shownName.trim() || !ownKey || (seeded && !seed)}
          >
            {t('value.makeTrait.confirm')}
          </Button>
        </>
      }
    >
      {make.error && <ErrorState error={make.error} />}
      <p>{t('value.makeTrait.lead')}</p>
      <Select label={t('value.makeTrait.output')} options={model.traits.map(({ key: value, meaning }) => ({ value, label: words.trait(value, meaning) }))} value={output} onChange={setOutput} />
      {trait && trait.computed.length > 0 && (
        <p className={css.quiet}>
          <Words text={t('value.makeTrait.already', { trait: trait.computed.join(', ') })} />
        </p>
      )}
      {seeded && (
        <Select
          label={t('value.makeTrait.seed')}
          options={[...(seed ? [] : [{ value: '', label: t('value.like.choose') }]), ...segments.map(({ key: value, name: label }) => ({ value, label }))]}
          value={seed}
          onChange={setSeed}
        />
      )}
      <TextField label={t('traits.name')} value={shownName} onChange={setName} isRequired />
      <TextField label={t('segments.key')} value={ownKey} onChange={setKey} error={clash ? t('value.makeTrait.taken') : undefined} hint={t('traits.keyHint')} mono />
      <Select label={t('value.makeTrait.every')} options={EVERY.map((value) => ({ value, label: t(`value.every.${value}`) }))} value={every} onChange={setEvery} />
    </Dialog>
  )
}
