import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import type { Quarantined, Redriven } from '@/api/quarantine'
import { useToast } from '@/ui/Toast'

import { reasonWords } from './reasonWords'

interface Then {
  onDone: () => void
  /** A correction that could not be used either is a new one in quarantine. */
  onMoved: (id: string) => void
}

/** Sends an event again: corrected, or as it is with null. `refused`: the reason why it came back. */
export function useRedrive(item: Quarantined, { onDone, onMoved }: Then) {
  const { t } = useTranslation()
  const toast = useToast()
  const queries = useQueryClient()
  const [refused, setRefused] = useState<string | null>(null)
  const mutation = useMutation({
    mutationFn: (body: Record<string, unknown> | null) =>
      api.post<Redriven>(`/quarantine/${item.id}/redrive`, body ? { body } : {}),
    onMutate: () => setRefused(null),
    onSuccess: async ({ status, detail, quarantined }) => {
      if (status === 'quarantined') {
        setRefused(detail)
        toast(t('quarantine.again', { reason: reasonWords(t, { reason: detail, meaning: '' }).title }), 'bad')
        if (quarantined !== null && quarantined !== item.id) onMoved(String(quarantined))
      } else {
        toast(t(status === 'duplicate' ? 'quarantine.duplicate' : 'quarantine.redriven'))
        onDone()
      }
      await queries.invalidateQueries({ queryKey: ['quarantine'], refetchType: 'active' })
    },
  })
  return { ...mutation, refused }
}
