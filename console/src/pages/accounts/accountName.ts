import type { Json } from '@/api/types'

/** What people call an account: its trait `name`, else its id. */
export function accountName({ id, traits }: { id: string; traits: Json }): string {
  return typeof traits.name === 'string' && traits.name ? traits.name : id
}
