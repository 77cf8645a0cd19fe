import { lazy, Suspense, type ReactElement } from 'react'

const Why = lazy(() => import('./Why'))

/** A button that stays in reach although its reader may not use it, and says why. */
export function Denied({ reason, children }: { reason: string | undefined; children: ReactElement }) {
  if (!reason) return children
  return (
    <Suspense fallback={children}>
      <Why reason={reason}>{children}</Why>
    </Suspense>
  )
}
