import { useQuery } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { quarantinedQuery, type Quarantined } from '@/api/quarantine'
import { Button } from '@/ui/Button'
import { Facts } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { Drawer } from '@/ui/Drawer'
import { ErrorState } from '@/ui/ErrorState'
import { Id } from '@/ui/Id'
import { JsonView } from '@/ui/JsonView'
import { Skeleton } from '@/ui/Skeleton'
import { Tag } from '@/ui/Tag'
import { TextField } from '@/ui/TextField'

import { nameOf, readBody, toText } from './bodies'
import { DiscardDialog } from './DiscardDialog'
import css from './Quarantine.module.css'
import { reasonWords } from './reasonWords'
import { useRedrive } from './useRedrive'

const ROWS = 16

interface Props {
  id: string
  onClose: () => void
  onMoved: (id: string) => void
}

/** One event: why it could not be used, and the event itself to correct. */
export function QuarantinedDrawer({ id, onClose, onMoved }: Props) {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(quarantinedQuery(id))
  if (data) return <Opened item={data} onClose={onClose} onMoved={onMoved} />
  return (
    <Drawer open onClose={onClose} title={t('quarantine.one')}>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton lines={8} />}
    </Drawer>
  )
}

function Opened({ item, onClose, onMoved }: Omit<Props, 'id'> & { item: Quarantined }) {
  const { t } = useTranslation()
  const [text, setText] = useState(() => toText(item.body))
  const [discarding, setDiscarding] = useState(false)
  const read = readBody(text)
  const redrive = useRedrive(item, { onDone: onClose, onMoved })
  const open = item.status === 'open'
  const changed = text !== toText(item.body)
  return (
    <Drawer
      open
      onClose={onClose}
      title={nameOf(t, item)}
      actions={
        open && (
          <>
            <Button needs="write" onPress={() => setDiscarding(true)}>{t('quarantine.discard')}</Button>
            <Button
              needs="write"
              variant="primary"
              icon={RotateCw}
              isDisabled={read.problem !== null}
              isPending={redrive.isPending}
              onPress={() => read.body && redrive.mutate(changed ? read.body : null)}
            >
              {t(changed ? 'quarantine.redriveCorrected' : 'quarantine.redrive')}
            </Button>
          </>
        )
      }
    >
      <Reason item={item} />
      {redrive.error && <ErrorState error={redrive.error} />}
      {redrive.refused && (
        <div role="alert" className={css.refused}>
          {t('quarantine.again', { reason: reasonWords(t, { reason: redrive.refused, meaning: '' }).title })}
        </div>
      )}
      {open ? (
        <TextField
          label={t('quarantine.body')}
          value={text}
          onChange={setText}
          rows={ROWS}
          mono
          spellCheck="false"
          error={read.problem ? [t(`quarantine.problem.${read.problem}`), read.detail].filter(Boolean).join(' · ') : undefined}
          hint={t('quarantine.bodyHint')}
        />
      ) : (
        <JsonView value={item.body} label={t('quarantine.body')} />
      )}
      {discarding && <DiscardDialog item={item} onClose={() => setDiscarding(false)} onDone={onClose} />}
    </Drawer>
  )
}

function Reason({ item }: { item: Quarantined }) {
  const { t } = useTranslation()
  const { title, meaning, hint } = reasonWords(t, item)
  return (
    <>
      <div className={css.verdict}>
        <strong>{title}</strong>
        <p>
          <Words text={meaning} />
        </p>
        {item.detail && (
          <p>
            <Id>{item.detail}</Id>
          </p>
        )}
        {hint && (
          <p className={css.hint}>
            <Words text={hint} />
          </p>
        )}
      </div>
      <Facts
        items={[
          [t('live.facts.status'), <Tag key="status" tone={item.status === 'open' ? 'warn' : 'neutral'}>{t(`quarantine.status.${item.status}`)}</Tag>],
          [t('live.source'), item.source],
          [t('live.facts.received'), <DateTime key="at" at={item.received_at} as="full" />],
          [t('live.facts.messageId'), item.message_id ? <Id key="id">{item.message_id}</Id> : '–'],
          ...(item.note ? [[t('quarantine.note'), item.note] as const] : []),
        ]}
      />
    </>
  )
}

/** What stands between backticks is the name of a field. */
function Words({ text }: { text: string }) {
  return text.split('`').map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part))
}
