import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { IconButton } from './IconButton'

const SHOWN_MS = 1600

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation()
  const [done, setDone] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setDone(true)
    setTimeout(() => setDone(false), SHOWN_MS)
  }
  return (
    <IconButton
      icon={done ? Check : Copy}
      label={done ? t('ui.copied') : (label ?? t('ui.copy'))}
      size="small"
      onPress={() => void copy()}
    />
  )
}
