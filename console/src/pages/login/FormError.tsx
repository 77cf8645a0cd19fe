import { useErrorWords } from '@/api/useErrorWords'

import css from './Login.module.css'

export function FormError({ error }: { error: unknown }) {
  const words = useErrorWords()
  if (!error) return null
  return (
    <p role="alert" className={css.error}>
      {words(error).message}
    </p>
  )
}
