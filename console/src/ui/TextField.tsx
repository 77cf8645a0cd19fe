import type { ReactNode } from 'react'
import {
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField as AriaTextField,
  type TextFieldProps,
} from 'react-aria-components/TextField'

import { classes } from './classes'
import css from './field.module.css'

interface Props extends Omit<TextFieldProps, 'children' | 'className' | 'style'> {
  label: string
  hint?: ReactNode
  /** Shown instead of what the browser says when the value cannot be used. */
  error?: string
  placeholder?: string
  /** Lines of a multi-line field; one line when absent. */
  rows?: number
  /** Ids, keys and JSON. */
  mono?: boolean
}

export function TextField({ label, hint, error, placeholder, rows, mono, ...rest }: Props) {
  const look = classes(css.input, mono && css.mono)
  return (
    <AriaTextField {...rest} isInvalid={rest.isInvalid || Boolean(error)} className={css.field}>
      <Label className={css.label}>{label}</Label>
      {rows ? (
        <TextArea rows={rows} placeholder={placeholder} className={classes(look, css.area)} />
      ) : (
        <Input placeholder={placeholder} className={look} />
      )}
      {hint && (
        <Text slot="description" className={css.hint}>
          {hint}
        </Text>
      )}
      <FieldError className={css.error}>{error}</FieldError>
    </AriaTextField>
  )
}
