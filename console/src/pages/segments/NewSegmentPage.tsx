import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { NewSegment, Segment } from '@/api/audiences'
import { api } from '@/api/client'
import { isCondition, isUnfinished } from '@/conditions/model'
import { Button } from '@/ui/Button'
import { ButtonLink } from '@/ui/ButtonLink'
import { Card } from '@/ui/Card'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { SegmentedControl } from '@/ui/SegmentedControl'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'

import { Builder, type Draft } from './Builder'
import { keyOf } from './key'
import css from './Segments.module.css'

const route = getRouteApi('/shell/segments/~new')

/** A segment from nothing: say who is meant, see how many that are, give it a name. */
export function NewSegmentPage() {
  const { t } = useTranslation()
  const navigate = route.useNavigate()
  const toast = useToast()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [key, setKey] = useState<string>()
  const [description, setDescription] = useState('')
  const [draft, setDraft] = useState<Draft>({ of: 'people', when: { all: [{ did: '', during: { last: '30d' } }] } })
  const ownKey = key ?? keyOf(name)
  const save = useMutation({
    mutationFn: (body: NewSegment) => api.post<Segment>('/segments', body),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ['segments'] })
      toast(t('segments.made', { name: made.name }))
      await navigate({ to: '/segments/$key/{-$tab}', params: { key: made.key } })
    },
  })
  const unfinished = isCondition(draft.when) && isUnfinished(draft.when)
  const ready = name.trim() !== '' && ownKey !== '' && !unfinished
  return (
    <Page
      title={t('segments.create')}
      lead={t('segments.createLead')}
      actions={
        <>
          <ButtonLink to="/segments">{t('ui.cancel')}</ButtonLink>
          <Button
            needs="write"
            variant="primary"
            isDisabled={!ready}
            isPending={save.isPending}
            onPress={() => save.mutate({ key: ownKey, name: name.trim(), description: description.trim(), reason: '', ...draft })}
          >
            {t('segments.save')}
          </Button>
        </>
      }
    >
      {save.error && <ErrorState error={save.error} />}
      <Builder draft={draft} onChange={setDraft}>
        <Card title={t('segments.about')}>
          <div className={css.about}>
            <TextField label={t('segments.name')} value={name} onChange={setName} isRequired autoFocus placeholder={t('segments.namePlaceholder')} />
            <TextField label={t('segments.key')} value={ownKey} onChange={setKey} hint={t('segments.keyHint')} mono />
            <div className={css.whole}>
              <TextField label={t('segments.description')} value={description} onChange={setDescription} />
            </div>
            <SegmentedControl
              label={t('segments.of')}
              value={draft.of as 'people' | 'accounts'}
              choices={[
                { value: 'people', label: t('segments.ofPeople') },
                { value: 'accounts', label: t('segments.ofAccounts') },
              ]}
              onChange={(of) => setDraft({ of, when: { all: [of === 'people' ? { did: '', during: { last: '30d' } } : { trait: '', op: 'eq', value: '' }] } })}
            />
          </div>
        </Card>
      </Builder>
    </Page>
  )
}
