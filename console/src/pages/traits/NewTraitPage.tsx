import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { ComputedTrait, NewTrait } from '@/api/audiences'
import { api } from '@/api/client'
import { isHoled, readComputation } from '@/conditions/computations'
import { nodeError } from '@/conditions/errors'
import { Button } from '@/ui/Button'
import { ButtonLink } from '@/ui/ButtonLink'
import { Card, Column, Columns } from '@/ui/Card'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'

import { keyOf } from '../segments/key'
import css from '../segments/Segments.module.css'
import { TraitEditor } from './TraitEditor'
import { TraitPreview, useTraitPreview } from './TraitPreview'

const route = getRouteApi('/shell/traits/~new')

/** A computed trait from nothing. */
export function NewTraitPage() {
  const { t } = useTranslation()
  const navigate = route.useNavigate()
  const toast = useToast()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [key, setKey] = useState<string>()
  const [description, setDescription] = useState('')
  const [trait, setTrait] = useState<unknown>({ sum: '', path: '', during: { last: '90d' } })
  const ownKey = key ?? keyOf(name)
  const save = useMutation({
    mutationFn: (body: NewTrait) => api.post<ComputedTrait>('/computed-traits', body),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ['computed-traits'] })
      toast(t('traits.made', { name: made.name }))
      await navigate({ to: '/traits/$key', params: { key: made.key } })
    },
  })
  const preview = useTraitPreview(trait)
  const parts = readComputation(trait)
  const ready = name.trim() !== '' && ownKey !== '' && !(parts && isHoled(parts))
  const refused = save.error ? nodeError(save.error) : undefined
  return (
    <Page
      title={t('traits.create')}
      lead={t('traits.createLead')}
      actions={
        <>
          <ButtonLink to="/traits">{t('ui.cancel')}</ButtonLink>
          <Button
            needs="write"
            variant="primary"
            isDisabled={!ready}
            isPending={save.isPending}
            onPress={() => save.mutate({ key: ownKey, name: name.trim(), description: description.trim(), trait, reason: '' })}
          >
            {t('traits.save')}
          </Button>
        </>
      }
    >
      {save.error && !refused?.at.startsWith('trait') && <ErrorState error={save.error} />}
      <Columns>
        <Column>
          <Card title={t('segments.about')}>
            <div className={css.about}>
              <TextField label={t('traits.name')} value={name} onChange={setName} isRequired autoFocus placeholder={t('traits.namePlaceholder')} />
              <TextField label={t('segments.key')} value={ownKey} onChange={setKey} hint={t('traits.keyHint')} mono />
              <div className={css.whole}>
                <TextField label={t('segments.description')} value={description} onChange={setDescription} />
              </div>
            </div>
          </Card>
          <TraitEditor
            value={trait}
            onChange={(next) => {
              save.reset()
              setTrait(next)
            }}
            error={refused ?? preview.refused}
          />
        </Column>
        <div className={css.aside}>
          <TraitPreview preview={preview} />
        </div>
      </Columns>
    </Page>
  )
}
