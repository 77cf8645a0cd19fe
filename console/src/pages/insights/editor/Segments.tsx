import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { segmentChoicesQuery } from '@/api/insights'
import { IconButton } from '@/ui/IconButton'

import { Choice } from './Choice'
import css from './Editor.module.css'
import { Sentence } from './Sentence'

const MOST = 10
const NONE = ''

interface Props {
  segments: readonly string[]
  onChange: (segments: string[]) => void
}

/** Segments that are set beside each other; nothing where there are none. */
export function SegmentsLine({ segments, onChange }: Props) {
  const { t } = useTranslation()
  const known = useQuery(segmentChoicesQuery).data ?? []
  const name = (key: string) => known.find((each) => each.key === key)?.name ?? key
  const left = known.filter(({ key }) => !segments.includes(key))
  if (!known.length && !segments.length) return null
  const change = (place: number, key: string) => onChange(segments.map((each, index) => (index === place ? key : each)))
  const options = left.map(({ key, name: label }) => ({ value: key, label }))
  return (
    <Sentence
      text={t('insights.say.segments')}
      parts={{
        segments: (
          <>
            {segments.map((key, place) => (
              <span key={key} className={css.inline}>
                <Choice
                  label={t('insights.edit.comparedSegment', { number: place + 1 })}
                  options={[{ value: key, label: name(key) }, ...options]}
                  value={key}
                  onChange={(next) => change(place, next)}
                />
                <IconButton
                  icon={X}
                  size="small"
                  label={t('insights.edit.remove', { name: name(key) })}
                  onPress={() => onChange(segments.filter((each) => each !== key))}
                />
              </span>
            ))}
            {segments.length < MOST && left.length > 0 && (
              <Choice
                label={t('insights.edit.addSegment')}
                options={[{ value: NONE, label: t(segments.length ? 'insights.edit.oneMore' : 'insights.edit.nothingChosen') }, ...options]}
                value={NONE}
                onChange={(key) => key && onChange([...segments, key])}
              />
            )}
          </>
        ),
      }}
    />
  )
}
