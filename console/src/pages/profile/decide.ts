import { useMutation, useQueryClient } from '@tanstack/react-query'

import { api } from '@/api/client'
import type { Ask } from '@/api/people'

/** Makes a decision on identity; afterwards everything that shows people is read anew. */
export function useDecide(onDone: () => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ ask: { action, ...body }, reason }: { ask: Ask; reason: string }) =>
      api.post<{ decision: string; status: string }>(`/identity/${action}`, { ...body, reason }),
    onSuccess: async () => {
      await Promise.all(['profile', 'profiles', 'overview'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
      onDone()
    },
  })
}
