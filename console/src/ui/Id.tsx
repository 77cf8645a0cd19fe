import css from './Id.module.css'

/** An identifier, key or path: monospaced, left-to-right, cut at the end. */
export function Id({ children, title }: { children: string; title?: string }) {
  return (
    <code className={css.id} dir="ltr" title={title ?? children}>
      {children}
    </code>
  )
}
