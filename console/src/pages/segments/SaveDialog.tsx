import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { segmentPreviewQuery, type NewSegment, type Preview, type Segment } from '@/api/audiences'
import { api } from '@/api/client'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { ErrorState } from '@/ui/ErrorState'
import { Figure } from '@/ui/Figure'
import { Skeleton } from '@/ui/Skeleton'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'
import { useFormat } from '@/ui/useFormat'

import { Accounts, People } from './LivePreview'
import css from './Segments.module.css'

interface Props {
  segment: Segment
  when: unknown
  onClose: () => void
}

/** Who would enter and who would leave, before a new version is published. */
export function SaveDialog({ segment, when, onClose }: Props) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const here = { segment: segment.key }
  const entering = useQuery(segmentPreviewQuery({ all: [when, { not: here }] }, segment.of))
  const leaving = useQuery(segmentPreviewQuery({ all: [here, { not: when }] }, segment.of))
  const error = entering.error ?? leaving.error
  const save = useMutation({
    mutationFn: (body: NewSegment) => api.post<Segment>('/segments', body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['segments'] })
      toast(t('segments.published', { name: segment.name }))
      onClose()
    },
  })
  const { key, name, description, of } = segment
  const known = entering.data !== undefined && leaving.data !== undefined
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t('segments.publish.title')}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button
            variant="primary"
            isDisabled={!known && !error}
            isPending={save.isPending}
            onPress={() => save.mutate({ key, name, description, of, when, reason: reason.trim() })}
          >
            {t('segments.publish.confirm')}
          </Button>
        </>
      }
    >
      <p>{t('segments.publish.lead')}</p>
      {!error && !known && <Skeleton height={120} />}
      {error && <ErrorState error={error} />}
      {entering.data && leaving.data && (
        <div className={css.effect}>
          <Effect title={t('segments.publish.enter')} preview={entering.data} sign="+" />
          <Effect title={t('segments.publish.leave')} preview={leaving.data} sign="−" />
        </div>
      )}
      <TextField label={t('segments.publish.reason')} value={reason} onChange={setReason} />
      {save.error && <ErrorState error={save.error} />}
    </Dialog>
  )
}

const SHOWN = 5

function Effect({ title, preview, sign }: { title: string; preview: Preview; sign: string }) {
  const format = useFormat()
  const { t } = useTranslation()
  return (
    <section className={css.side}>
      <h3>{title}</h3>
      <Figure value={`${preview.count > 0 ? sign : ''}${format.number(preview.count)}`} />
      {preview.accounts.length > 0 && <Accounts accounts={preview.accounts.slice(0, SHOWN)} label={t('segments.preview.sample')} />}
      {preview.sample.length > 0 && <People people={preview.sample.slice(0, SHOWN)} label={t('segments.preview.sample')} />}
    </section>
  )
}
