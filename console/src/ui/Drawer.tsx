import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading } from 'react-aria-components/Dialog'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { useTranslation } from 'react-i18next'

import css from './Dialog.module.css'
import { IconButton } from './IconButton'

interface Props {
  title: ReactNode
  /** What a screen reader calls it when `title` is not plain text. */
  label?: string
  /** Kept in the address by the page, so that the link to an open drawer can be shared. */
  open: boolean
  onClose: () => void
  children: ReactNode
  actions?: ReactNode
}

/** Details of one row beside the list. */
export function Drawer({ title, label, open, onClose, children, actions }: Props) {
  const { t } = useTranslation()
  return (
    <ModalOverlay isOpen={open} onOpenChange={(next) => !next && onClose()} isDismissable className={css.side}>
      <Modal className={css.drawer}>
        <AriaDialog className={css.dialog} aria-label={label}>
          <header className={css.header}>
            <Heading slot={label ? undefined : 'title'} level={2} className={css.title}>
              {title}
            </Heading>
            <IconButton icon={X} label={t('ui.close')} size="small" onPress={onClose} />
          </header>
          <div className={css.body}>{children}</div>
          {actions && <footer className={css.footer}>{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
