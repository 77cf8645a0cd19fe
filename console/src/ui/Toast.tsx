import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { classes } from './classes'
import { IconButton } from './IconButton'
import css from './Toast.module.css'

interface Note {
  id: number
  text: string
  tone: 'good' | 'bad'
}

const Context = createContext<(text: string, tone?: Note['tone']) => void>(() => {})

const STAYS_MS = 6000

/** Says in a corner that something was done. `const toast = useToast(); toast(t('…'))` */
export function useToast() {
  return useContext(Context)
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const [notes, setNotes] = useState<readonly Note[]>([])
  const next = useRef(0)
  const drop = useCallback((id: number) => setNotes((now) => now.filter((note) => note.id !== id)), [])
  const add = useCallback(
    (text: string, tone: Note['tone'] = 'good') => {
      const id = next.current++
      setNotes((now) => [...now.slice(-2), { id, text, tone }])
      setTimeout(() => drop(id), STAYS_MS)
    },
    [drop],
  )
  const list = useMemo(
    () =>
      notes.map((note) => {
        const Icon = note.tone === 'good' ? CircleCheck : CircleAlert
        return (
          <div key={note.id} className={classes(css.toast, css[note.tone])}>
            <Icon size={16} aria-hidden />
            <span className={css.text}>{note.text}</span>
            <IconButton icon={X} label={t('ui.close')} size="small" onPress={() => drop(note.id)} />
          </div>
        )
      }),
    [notes, drop, t],
  )
  return (
    <Context value={add}>
      {children}
      <div role="status" aria-live="polite" className={css.region}>
        {list}
      </div>
    </Context>
  )
}
