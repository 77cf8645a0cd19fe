import css from './Kbd.module.css'

export function Kbd({ keys }: { keys: string }) {
  return (
    <span className={css.keys} dir="ltr">
      {keys.split(' ').map((key, index) => (
        <kbd key={index} className={css.key}>
          {key}
        </kbd>
      ))}
    </span>
  )
}
