import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Keyboard, Search, UserRound, type LucideIcon } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { Autocomplete } from 'react-aria-components/Autocomplete'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components/Modal'
import { Menu, MenuItem } from 'react-aria-components/Menu'
import { Input, SearchField } from 'react-aria-components/SearchField'
import { useTranslation } from 'react-i18next'

import { api } from '@/api/client'
import type { List, ProfileSummary } from '@/api/types'
import { Kbd } from '@/ui/Kbd'

import css from './CommandPalette.module.css'
import { PAGES } from './nav'

interface Props {
  onClose: () => void
  onHelp: () => void
}

interface Entry {
  id: string
  label: string
  detail?: string
  icon: LucideIcon
  keys?: string
  run: () => void
}

const SHORTEST = 2

/** ⌘K: any page, any person. */
export default function CommandPalette({ onClose, onHelp }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const pages = usePageEntries(text, onHelp)
  const people = usePeopleEntries(text)
  const entries = useMemo(() => [...pages, ...people], [pages, people])
  const run = (id: string) => {
    onClose()
    entries.find((entry) => entry.id === id)?.run()
  }
  return (
    <ModalOverlay isOpen onOpenChange={(open) => !open && onClose()} isDismissable className={css.scrim}>
      <Modal className={css.palette}>
        <Dialog aria-label={t('shell.jump')} className={css.dialog}>
          <CloseOnEscape onClose={onClose} />
          <Autocomplete inputValue={text} onInputChange={setText}>
            <SearchField aria-label={t('shell.jump')} autoFocus className={css.field}>
              <Search size={16} aria-hidden />
              <Input placeholder={t('shell.jump')} className={css.input} />
            </SearchField>
            {/* The focus stays in the field; whoever tabs on can scroll. */}
            <div className={css.scroll} tabIndex={0}>
              <Menu
                aria-label={t('shell.results')}
                items={entries}
                className={css.list}
                onAction={(key) => run(String(key))}
                renderEmptyState={() => <p className={css.none}>{t('shell.nothing', { text })}</p>}
              >
                {(entry) => <Row entry={entry} />}
              </Menu>
            </div>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

/** At once: not first emptying the field, as a search field would. */
function CloseOnEscape({ onClose }: { onClose: () => void }) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      onClose()
    }
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [onClose])
  return null
}

function Row({ entry }: { entry: Entry }) {
  const Icon = entry.icon
  return (
    <MenuItem id={entry.id} textValue={entry.label} className={css.item}>
      <Icon size={15} aria-hidden />
      <span className={css.label}>{entry.label}</span>
      {entry.detail && <span className={css.detail}>{entry.detail}</span>}
      {entry.keys && <Kbd keys={entry.keys} />}
    </MenuItem>
  )
}

function usePageEntries(text: string, onHelp: () => void): Entry[] {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const all: Entry[] = PAGES.map(({ to, title, icon, jump }) => ({
    id: to,
    label: t(title),
    icon,
    keys: `g ${jump}`,
    run: () => void navigate({ to }),
  }))
  all.push({ id: 'help', label: t('shell.help'), icon: Keyboard, keys: '?', run: onHelp })
  const wanted = text.trim().toLocaleLowerCase()
  return all.filter((entry) => `${entry.label} ${entry.id}`.toLocaleLowerCase().includes(wanted))
}

function usePeopleEntries(text: string): Entry[] {
  const navigate = useNavigate()
  const q = text.trim()
  const found = useQuery({
    queryKey: ['palette', q],
    queryFn: ({ signal }) => api.get<List<ProfileSummary>>('/profiles', { q, limit: 8 }, signal),
    enabled: q.length >= SHORTEST,
    placeholderData: keepPreviousData,
  })
  if (q.length < SHORTEST) return []
  return (found.data?.items ?? []).map((person) => ({
    id: `person:${person.id}`,
    label: person.name || person.id,
    detail: person.identifiers[0]?.value,
    icon: UserRound,
    run: () => void navigate({ to: '/profiles/$ref/{-$tab}', params: { ref: person.id } }),
  }))
}
