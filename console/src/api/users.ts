import { queryOptions } from '@tanstack/react-query'

import { api } from './client'
import type { List, Role } from './types'

export interface User {
  email: string
  name: string
  role: Role
  scopes: string[]
  has_password: boolean
  created_at: string
  disabled_at: string | null
  /** By the sessions that are open. */
  seen_at: string | null
}

export interface Invited {
  user: User
  /** Signs in once, until it expires; shown this one time. */
  link: { email: string; token: string; url: string; expires_at: string }
}

export const ROLES = ['viewer', 'editor', 'admin'] as const satisfies readonly Role[]

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => api.get<List<User>>('/users', undefined, signal),
})

export const userPath = (email: string) => `/users/${encodeURIComponent(email)}`
