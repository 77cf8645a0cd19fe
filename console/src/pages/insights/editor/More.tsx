import { ChevronRight } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'

import { classes } from '@/ui/classes'

import css from './Editor.module.css'

interface Props {
  label: string
  /** Something in it is set already. */
  open: boolean
  children: ReactNode
}

/** What is needed now and then. */
export function More({ label, open, children }: Props) {
  const id = useId()
  const [unfolded, setUnfolded] = useState(open)
  return (
    <div className={css.group}>
      <button type="button" className={css.more} aria-expanded={unfolded} aria-controls={id} onClick={() => setUnfolded(!unfolded)}>
        <ChevronRight size={14} aria-hidden className={classes(css.arrow, 'flip')} />
        {label}
      </button>
      <div id={id} hidden={!unfolded} className={css.group}>
        {unfolded && children}
      </div>
    </div>
  )
}
