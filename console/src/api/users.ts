import { queryOptions } from '@tanstack/react-query'

import { api } from './client'
import type { Schema } from './schema'
import type { List, Role } from './types'

/** `seen_at` by the sessions that are open. */
export type User = Schema<'UserView'>
/** The link signs in once, until it expires; it is shown this one time. */
export type Invited = Schema<'Invited'>

export const ROLES = ['viewer', 'editor', 'admin'] as const satisfies readonly Role[]

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => api.get<List<User>>('/users', undefined, signal),
})

export const userPath = (email: string) => `/users/${encodeURIComponent(email)}`
