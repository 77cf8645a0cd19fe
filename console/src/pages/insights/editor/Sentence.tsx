import { Fragment, type ReactNode } from 'react'

import css from './Editor.module.css'

interface Props {
  /** Words of the reader's language with places: "within <window/> of the first step". */
  text: string
  parts: Record<string, ReactNode>
  end?: ReactNode
}

/** What stands close behind a word. */
const STOPS = /^\s*[,،，;；.。]/

/** A sentence whose places are controls; each language orders them as it likes. */
export function Sentence({ text, parts, end }: Props) {
  return (
    <div className={css.sentence}>
      {text.split(/(<\w+\/>)/).map((piece, index) => (
        <Fragment key={index}>{piece.startsWith('<') ? parts[piece.slice(1, -2)] : piece.trim() && <span className={STOPS.test(piece) ? css.close : undefined}>{piece.trim()}</span>}</Fragment>
      ))}
      {end}
    </div>
  )
}
