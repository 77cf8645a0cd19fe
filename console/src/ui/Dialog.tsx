import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading } from 'react-aria-components/Dialog'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { useTranslation } from 'react-i18next'

import { classes } from './classes'
import css from './Dialog.module.css'
import { IconButton } from './IconButton'

interface Props {
  title: string
  open: boolean
  onClose: () => void
  children: ReactNode
  /** Buttons, the main one last. */
  actions?: ReactNode
  wide?: boolean
  /** What Enter does in a field of one line. */
  onEnter?: () => void
}

/** Asks or shows one thing in front of the page. */
export function Dialog({ title, open, onClose, children, actions, wide, onEnter }: Props) {
  const { t } = useTranslation()
  return (
    <ModalOverlay isOpen={open} onOpenChange={(next) => !next && onClose()} isDismissable className={css.scrim}>
      <Modal className={classes(css.modal, wide && css.wide)}>
        <AriaDialog className={css.dialog}>
          <header className={css.header}>
            <Heading slot="title" level={2} className={css.title}>
              {title}
            </Heading>
            <IconButton icon={X} label={t('ui.close')} size="small" onPress={onClose} />
          </header>
          <div
            className={css.body}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && event.target instanceof HTMLInputElement && !event.nativeEvent.isComposing) onEnter?.()
            }}
          >
            {children}
          </div>
          {actions && <footer className={css.footer}>{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
