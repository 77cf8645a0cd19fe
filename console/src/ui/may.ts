import { createContext, useContext } from 'react'
import { useTranslation } from 'react-i18next'

/** What a control needs; the server asks for the same. */
export type Scope = 'write' | 'admin'

const Scopes = createContext<readonly string[]>([])

/** Says once, around all pages, what the reader may do. */
export const MayProvider = Scopes.Provider

export function useMay(): (scope: Scope) => boolean {
  const scopes = useContext(Scopes)
  return (scope) => scopes.includes(scope)
}

/** Why the reader may not, in words; undefined when he may. */
export function useDenied(needs: Scope | undefined): string | undefined {
  const { t } = useTranslation()
  const may = useMay()
  return needs && !may(needs) ? t(`ui.denied.${needs}`) : undefined
}

/** Attributes of a button that stays in reach and does nothing; around it goes `Denied`. */
export function denial(reason: string | undefined) {
  return reason ? { 'aria-disabled': true, 'aria-description': reason, 'data-denied': reason } : undefined
}
