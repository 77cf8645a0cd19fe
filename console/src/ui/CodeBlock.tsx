import css from './CodeBlock.module.css'
import { CopyButton } from './CopyButton'

interface Props {
  code: string
  /** What it is: "curl", "Python"; read aloud. */
  label: string
}

/** Something to copy and paste. Always left-to-right. */
export function CodeBlock({ code, label }: Props) {
  return (
    <div className={css.block} dir="ltr">
      <pre className={css.code} tabIndex={0} role="region" aria-label={label}>
        <code>{code}</code>
      </pre>
      <div className={css.copy}>
        <CopyButton text={code} />
      </div>
    </div>
  )
}
