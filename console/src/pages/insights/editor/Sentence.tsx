import { Fragment, type ReactNode } from 'react'

import css from './Editor.module.css'

interface Props {
  /** Words of the reader's language with places: "within <window/> of the first step". */
  text: string
  parts: Record<string, ReactNode>
  end?: ReactNode
}

/** A sentence whose places are controls; each language orders them as it likes. */
export function Sentence({ text, parts, end }: Props) {
  return (
    <div className={css.sentence}>
      {text.split(/(<\w+\/>)/).map((piece, index) => (
        <Fragment key={index}>{piece.startsWith('<') ? parts[piece.slice(1, -2)] : piece.trim() && <span>{piece.trim()}</span>}</Fragment>
      ))}
      {end}
    </div>
  )
}
