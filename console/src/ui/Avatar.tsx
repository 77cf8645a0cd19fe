import { VenetianMask } from 'lucide-react'

import css from './Avatar.module.css'
import { classes } from './classes'

interface Props {
  name: string | null
  /** Anonymous people get a mask instead of initials. */
  known: boolean
  large?: boolean
}

/** Stands for a person beside the name; decorative. */
export function Avatar({ name, known, large }: Props) {
  return (
    <span className={classes(css.avatar, large && css.large, !known && css.unknown)} aria-hidden>
      {known ? initials(name ?? '') : <VenetianMask size={large ? 22 : 14} />}
    </span>
  )
}

function initials(name: string): string {
  const words = name.split(/[\s._@-]+/).filter((word) => /\p{L}|\p{N}/u.test(word))
  const letters = words.length > 1 ? [words[0], words[1]] : [words[0] ?? '?']
  return letters.map((word) => [...(word ?? '')][0]?.toLocaleUpperCase() ?? '').join('')
}
