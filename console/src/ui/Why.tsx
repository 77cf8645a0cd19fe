import type { ReactElement } from 'react'
import { Focusable } from 'react-aria-components/Focusable'

import { Tooltip } from './Tooltip'

/** The reason why a button rests, on hover and focus. Fetched when there is one to be told. */
export default function Why({ reason, children }: { reason: string; children: ReactElement }) {
  return (
    <Tooltip text={reason}>
      <Focusable>{children as ReactElement<object, 'button'>}</Focusable>
    </Tooltip>
  )
}
