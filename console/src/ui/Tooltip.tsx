import type { ReactElement, ReactNode } from 'react'
import { Tooltip as AriaTooltip, TooltipTrigger } from 'react-aria-components/Tooltip'

import css from './Tooltip.module.css'

/** More about a focusable element, on hover and focus. Never the only place of what one must know. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactElement }) {
  return (
    <TooltipTrigger delay={300}>
      {children}
      <AriaTooltip offset={6} className={css.tooltip}>
        {text}
      </AriaTooltip>
    </TooltipTrigger>
  )
}
