import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import type { SavedInsight, Unit } from '@/api/insights'
import { everySavedQuery, type NorthStarQuestion } from '@/api/northstar'
import { Button } from '@/ui/Button'
import { ErrorState } from '@/ui/ErrorState'
import { Page } from '@/ui/Page'
import { TextField } from '@/ui/TextField'
import { useToast } from '@/ui/Toast'

import editor from '../insights/editor/Editor.module.css'
import { PeriodSentence } from '../insights/editor/Period'
import { ScopeEditor } from '../insights/editor/ScopeEditor'
import { keyOf } from '../insights/keys'
import { freeKey } from '../value/keys'
import { MetricEditor } from './MetricEditor'
import css from './NorthStar.module.css'
import { askable, freeName, isReady, trendsOf } from './star'
import { StarAnswer } from './StarAnswer'
import type { Star } from './useStar'

const route = getRouteApi('/shell/north-star')
const PERIODS: readonly Unit[] = ['day', 'week', 'month', 'quarter']

/** Define the number and its inputs; the answer beside it follows. */
export default function StarEditor({ star, question }: { star: Star; question: NorthStarQuestion }) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const navigate = route.useNavigate()
  const { saved, change } = star
  const [name, setName] = useState(saved?.name ?? question.metric.name)
  const [description, setDescription] = useState(saved?.description ?? '')
  const taken = useQuery(everySavedQuery).data?.items.map(({ key }) => key) ?? []
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), description: description.trim(), question: askable(question) }
      if (saved) return api.put<SavedInsight>(`/saved-insights/${encodeURIComponent(saved.key)}`, body)
      return api.post<SavedInsight>('/saved-insights', { ...body, key: freeKey(keyOf(name) || 'north-star', taken) })
    },
    onSuccess: async (kept) => {
      await client.invalidateQueries({ queryKey: everySavedQuery.queryKey })
      toast(t('northstar.saved', { name: kept.name }))
      await navigate({ search: { key: kept.key } })
    },
  })
  const addName = () => freeName(question, t('northstar.editor.newInput'))
  return (
    <Page
      title={saved?.name ?? t('northstar.unnamed')}
      lead={t('northstar.lead')}
      actions={
        <>
          <Button onPress={() => void navigate({ search: saved ? { key: saved.key } : {} })}>{t('ui.cancel')}</Button>
          <Button needs="write" variant="primary" onPress={() => save.mutate()} isPending={save.isPending} isDisabled={!name.trim() || !isReady(question)}>
            {t('northstar.save')}
          </Button>
        </>
      }
    >
      {save.error && <ErrorState error={save.error} />}
      <div className={css.split}>
        <section className={css.panel} aria-label={t('northstar.editor.title')}>
          <div className={editor.editor}>
            <div className={editor.section}>
              <TextField label={t('northstar.editor.name')} value={name} onChange={setName} isRequired />
              <TextField label={t('northstar.editor.question')} value={description} onChange={setDescription} placeholder={t('northstar.editor.questionHint')} rows={2} />
            </div>
            <div className={editor.section}>
              <h2>{t('northstar.editor.number')}</h2>
              <MetricEditor metric={question.metric} label={t('northstar.editor.number')} depth={0} addName={addName} onChange={(metric) => change({ ...question, metric })} />
            </div>
            <div className={editor.section}>
              <h2>{t('northstar.editor.when')}</h2>
              <PeriodSentence units={PERIODS} value={question.period ?? 'week'} onChange={(period) => change({ ...question, period })} />
              <ScopeEditor question={trendsOf(question, question.metric)} onChange={(scope) => change({ ...question, ...scope })} />
            </div>
          </div>
        </section>
        <div className={css.beside}>
          <StarAnswer star={star} question={question} />
        </div>
      </div>
    </Page>
  )
}
