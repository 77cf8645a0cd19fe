import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { dashboardQuery, dashboardsQuery, type Dashboard } from '@/api/insights'
import { useToast } from '@/ui/Toast'

import { layoutOf, type Layout } from './board'

/** A dashboard, and a draft of it while somebody changes it: nothing is written before it is saved. */
export function useBoard(key: string) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const told = useQuery(dashboardQuery(key))
  const [draft, setDraft] = useState<Layout>()
  const save = useMutation({
    mutationFn: (layout: Layout) => api.put<Dashboard>(`/dashboards/${encodeURIComponent(key)}`, layout),
    onSuccess: async (saved) => {
      queries.setQueryData(dashboardQuery(key).queryKey, saved)
      await queries.invalidateQueries({ queryKey: dashboardsQuery.queryKey, exact: true })
      setDraft(undefined)
      toast(t('dashboards.saved'))
    },
  })
  const shown = draft ?? (told.data && layoutOf(told.data))
  return {
    shown,
    saved: told.data,
    error: told.error,
    retry: () => void told.refetch(),
    changed: draft !== undefined,
    change: (part: Partial<Layout>) => shown && setDraft({ ...shown, ...part }),
    drop: () => setDraft(undefined),
    save,
  }
}
