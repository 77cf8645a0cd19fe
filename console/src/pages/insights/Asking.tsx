import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { runQuery } from '@/api/insights'
import { hasDialog } from '@/shell/useShortcuts'
import { Button } from '@/ui/Button'
import { Kbd } from '@/ui/Kbd'
import { useFormat } from '@/ui/useFormat'

import css from './Insights.module.css'

const PATIENCE_MS = 1000

interface Props {
  run: string
  onCancel: () => void
}

/** A question that takes longer: how far it is, and a way out. Nothing for the first second. */
export function Asking(props: Props) {
  const [long, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return long && <Progress {...props} />
}

function Progress({ run, onCancel }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const { data } = useQuery(runQuery(run))
  useEscape(onCancel)
  const of = data?.of ?? undefined
  return (
    <div className={css.asking} role="group" aria-label={t('insights.running.title')}>
      <span>{of ? t('insights.running.done', { done: format.number(data!.done), of: format.number(of) }) : t('insights.running.title')}</span>
      <progress aria-label={t('insights.running.title')} max={of} value={of && data?.done} />
      <Button size="small" icon={X} onPress={onCancel}>
        {t('ui.cancel')} <Kbd keys="Esc" />
      </Button>
      <span role="status" className="hidden-visually">
        {t('insights.running.says')}
      </span>
    </div>
  )
}

function useEscape(onEscape: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !hasDialog()) onEscape()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onEscape])
}
