import { Switch } from 'react-aria-components/Switch'

import css from './field.module.css'

interface Props {
  label: string
  value: boolean
  onChange: (value: boolean) => void
  disabled?: boolean
  /** The label is read aloud but not shown: something beside it says it already. */
  hidden?: boolean
}

/** Something that is on or off at once, without saving. */
export function Toggle({ label, value, onChange, disabled, hidden }: Props) {
  return (
    <Switch isSelected={value} onChange={onChange} isDisabled={disabled} className={css.toggle}>
      <span className={css.track} aria-hidden>
        <span className={css.thumb} />
      </span>
      <span className={hidden ? 'hidden-visually' : undefined}>{label}</span>
    </Switch>
  )
}
