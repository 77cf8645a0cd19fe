import type { TFunction } from 'i18next'

export const KINDS = ['web', 'server', 'mobile', 'crm', 'email', 'helpdesk', 'ads', 'import', 'api', 'demo'] as const

/** A kind that the console does not know is shown as it is. */
export function kindLabel(t: TFunction, kind: string): string {
  const known = KINDS.find((name) => name === kind)
  return known ? t(`sources.kinds.${known}`) : kind
}
