import { Switch } from 'react-aria-components/Switch'

import css from './field.module.css'
import { useDenied, type Scope } from './may'

interface Props {
  label: string
  value: boolean
  onChange: (value: boolean) => void
  disabled?: boolean
  /** What the reader must be allowed to; else the reason stands beside it. */
  needs?: Scope
  /** The label is read aloud but not shown: something beside it says it already. */
  hidden?: boolean
}

/** Something that is on or off at once, without saving. */
export function Toggle({ label, value, onChange, disabled, needs, hidden }: Props) {
  const denied = useDenied(needs)
  return (
    <Switch isSelected={value} onChange={onChange} isDisabled={disabled || Boolean(denied)} className={css.toggle}>
      <span className={css.track} aria-hidden>
        <span className={css.thumb} />
      </span>
      <span className={hidden ? 'hidden-visually' : undefined}>{label}</span>
      {denied && <span className={css.why}>{denied}</span>}
    </Switch>
  )
}
