import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import { useErrorWords } from '@/api/useErrorWords'
import { userPath, usersQuery, type User } from '@/api/users'
import { useToast } from '@/ui/Toast'

type Change = { act: 'role'; user: User; role: string } | { act: 'enable'; user: User }

/** What can be taken back as easily: done at once, and told. */
export function useChangeUser() {
  const { t } = useTranslation()
  const toast = useToast()
  const words = useErrorWords()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (change: Change) =>
      change.act === 'role'
        ? api.patch<User>(userPath(change.user.email), { role: change.role })
        : api.post<User>(`${userPath(change.user.email)}/enable`),
    onSuccess: async (user, { act }) => {
      await queries.invalidateQueries({ queryKey: usersQuery.queryKey })
      const role = t(`settings.users.roles.${user.role}`)
      toast(act === 'role' ? t('settings.users.roleDone', { name: user.name, role }) : t('settings.users.enabled', { name: user.name }))
    },
    onError: (error) => toast(words(error).message, 'bad'),
  })
}
