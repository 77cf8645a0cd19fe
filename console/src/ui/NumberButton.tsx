import css from './NumberButton.module.css'

interface Props {
  text: string
  /** The number with what pressing it opens; read aloud. */
  label: string
  onPress: () => void
}

/** A number in a table that opens the people behind it. */
export function NumberButton({ text, label, onPress }: Props) {
  return (
    <button type="button" className={css.number} onClick={onPress} aria-label={label}>
      {text}
    </button>
  )
}
