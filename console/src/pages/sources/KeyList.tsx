import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { sourcesQuery } from '@/api/queries'
import type { Source, WriteKey } from '@/api/types'
import { useErrorWords } from '@/api/useErrorWords'
import { Button } from '@/ui/Button'
import { CopyButton } from '@/ui/CopyButton'
import { DateTime } from '@/ui/DateTime'
import { Dialog } from '@/ui/Dialog'
import { Id } from '@/ui/Id'
import { Tag } from '@/ui/Tag'
import { useToast } from '@/ui/Toast'
import { useFormat } from '@/ui/useFormat'

import css from './Sources.module.css'

export function KeyList({ source }: { source: Source }) {
  const { t } = useTranslation()
  const [revoking, setRevoking] = useState<string | null>(null)
  return (
    <ul className={css.keys}>
      {source.write_keys.map((key) => (
        <li key={key.key} className={css.key}>
          <div className={css.keyText}>
            <span className={css.keyLine}>
              <Id>{key.key}</Id>
              <CopyButton text={key.key} />
            </span>
            <span className={css.keyNote}>
              <KeyState writeKey={key} />
              {t('sources.lastUsed')}: <DateTime at={key.last_used_at} />
            </span>
          </div>
          {key.works && (
            <Button needs="write" size="small" onPress={() => setRevoking(key.key)}>
              {t('sources.revoke')}
            </Button>
          )}
        </li>
      ))}
      {revoking && <Revoke source={source} writeKey={revoking} onClose={() => setRevoking(null)} />}
    </ul>
  )
}

function KeyState({ writeKey }: { writeKey: WriteKey }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (!writeKey.works) return <Tag>{t('sources.keyRevoked')}</Tag>
  if (!writeKey.revoked_at) return <Tag tone="good">{t('sources.keyWorks')}</Tag>
  return <Tag tone="warn">{t('sources.keyEnds', { when: format.ago(writeKey.revoked_at) })}</Tag>
}

function Revoke({ source, writeKey, onClose }: { source: Source; writeKey: string; onClose: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const words = useErrorWords()
  const queries = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => api.delete(`/sources/${source.slug}/keys/${encodeURIComponent(writeKey)}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: sourcesQuery.queryKey })
      toast(t('sources.revoked'))
      onClose()
    },
    onError: (error) => toast(words(error).message, 'bad'),
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('sources.revokeTitle')}
      actions={
        <>
          <Button onPress={onClose} autoFocus>
            {t('ui.cancel')}
          </Button>
          <Button variant="danger" onPress={() => revoke.mutate()} isPending={revoke.isPending}>
            {t('sources.revoke')}
          </Button>
        </>
      }
    >
      <Id>{writeKey}</Id>
      <p>{t('sources.revokeBody')}</p>
    </Dialog>
  )
}
