import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Pencil } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { sourcesQuery } from '@/api/queries'
import type { Source } from '@/api/types'
import { useErrorWords } from '@/api/useErrorWords'
import { Button } from '@/ui/Button'
import { Card, Facts } from '@/ui/Card'
import { CodeBlock } from '@/ui/CodeBlock'
import { DateTime } from '@/ui/DateTime'
import { Drawer } from '@/ui/Drawer'
import { Tabs } from '@/ui/Tabs'
import { useToast } from '@/ui/Toast'
import { Toggle } from '@/ui/Toggle'

import { EditSource } from './EditSource'
import { workingKey } from './FirstEvent'
import { KeyList } from './KeyList'
import { kindLabel } from './kinds'
import { RotateKey } from './RotateKey'
import { snippetsFor } from './snippets'

interface Props {
  source: Source
  onClose: () => void
}

export function SourceDrawer({ source, onClose }: Props) {
  const { t } = useTranslation()
  const [rotating, setRotating] = useState(false)
  return (
    <Drawer open onClose={onClose} title={source.name}>
      <Connect source={source} />
      <Card
        title={t('sources.keys')}
        note={t('sources.keysNote')}
        actions={
          <Button needs="write" size="small" icon={KeyRound} onPress={() => setRotating(true)}>
            {t('sources.rotate')}
          </Button>
        }
        flush
      >
        <KeyList source={source} />
      </Card>
      <About source={source} />
      {rotating && <RotateKey source={source} onClose={() => setRotating(false)} />}
    </Drawer>
  )
}

function Connect({ source }: { source: Source }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState(source.kind === 'web' ? 'browser' : 'curl')
  const key = workingKey(source)
  if (!key) return null
  return (
    <Card title={t('sources.connect')} note={t('sources.connectNote')}>
      <Tabs
        label={t('sources.snippet')}
        selected={chosen}
        onSelect={setChosen}
        items={snippetsFor(window.location.origin, key).map(({ id, label, code }) => ({
          id,
          label,
          content: <CodeBlock code={code} label={label} />,
        }))}
      />
    </Card>
  )
}

function About({ source }: { source: Source }) {
  const { t } = useTranslation()
  const [editing, setEditing] = useState(false)
  const toast = useToast()
  const words = useErrorWords()
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: (enabled: boolean) => api.patch<Source>(`/sources/${source.slug}`, { enabled }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: sourcesQuery.queryKey })
      toast(t('sources.saved'))
    },
    onError: (error) => toast(words(error).message, 'bad'),
  })
  const party = t(`sources.parties.${source.party}`)
  return (
    <Card
      title={t('sources.about')}
      actions={
        <Button needs="write" size="small" icon={Pencil} onPress={() => setEditing(true)}>
          {t('sources.edit')}
        </Button>
      }
    >
      <Facts
        items={[
          [t('sources.kind'), kindLabel(t, source.kind)],
          [t('sources.brand'), source.brand || '–'],
          [t('sources.region'), source.region || '–'],
          [t('sources.party'), party],
          [t('sources.ttl'), source.ttl_days ?? t('sources.forEver')],
          [t('sources.createdAt'), <DateTime key="created" at={source.created_at} as="date" />],
          [
            t('sources.enabled'),
            <Toggle needs="write" key="enabled" label={t('sources.enabled')} hidden value={source.enabled} onChange={change.mutate} disabled={change.isPending} />,
          ],
        ]}
      />
      {editing && <EditSource source={source} onClose={() => setEditing(false)} />}
    </Card>
  )
}
