import { Fragment, type ReactNode } from 'react'

import { pieces } from './slots'
import { Plain } from './tokens'

/** A sentence of a catalogue (see `marks`) with controls in its places. */
export function Line({ text, slots }: { text: string; slots: Record<string, ReactNode> }) {
  return pieces(text).map((piece, index) =>
    'slot' in piece ? <Fragment key={piece.slot}>{slots[piece.slot]}</Fragment> : <Plain key={index}>{piece.text}</Plain>,
  )
}
