import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '@/ui/IconButton'

import css from './Conditions.module.css'
import { Pick, Word } from './tokens'
import { useEventNames } from './useKnown'

interface EventProps {
  names: string | string[]
  type: string | undefined
  onChange: (names: string | string[]) => void
  onType: (type: string) => void
}

const TYPES = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const

/** One event or several of which any will do. Of another type than track, the type is said too. */
export function EventWords({ names, type, onChange, onType }: EventProps) {
  const { t } = useTranslation()
  const choices = useEventNames(type)
  const list = Array.isArray(names) ? names : [names]
  const set = (next: string[]) => onChange(next.length === 1 ? next[0]! : next)
  return (
    <>
      {(type !== undefined || list.includes('*')) && (
        <Pick
          label={t('conditions.eventType')}
          quiet
          value={type ?? ''}
          placeholder={t('conditions.anyType')}
          choices={TYPES.map((each) => ({ value: each, label: t(`event.type.${each}`) }))}
          onChange={onType}
        />
      )}
      {list.map((name, index) => (
        <span key={index} className={css.pair}>
          {index > 0 && <span className={css.plain}>{t('conditions.or')}</span>}
          <Word
            label={t('conditions.event')}
            value={name}
            placeholder={t('conditions.eventPlaceholder')}
            choices={choices}
            onChange={(next) => set(list.with(index, next))}
          />
          {list.length > 1 && (
            <IconButton icon={X} size="small" label={t('conditions.removeEvent')} onPress={() => set(list.filter((_, other) => other !== index))} />
          )}
        </span>
      ))}
      {list[0] !== '' && list[0] !== '*' && <IconButton icon={Plus} size="small" label={t('conditions.orEvent')} onPress={() => set([...list, ''])} />}
    </>
  )
}
