import { Download, Ellipsis, Link2, Merge, Split } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { Profile } from '@/api/people'
import { Avatar } from '@/ui/Avatar'
import { Button } from '@/ui/Button'
import { CopyButton } from '@/ui/CopyButton'
import { DateTime } from '@/ui/DateTime'
import { Id } from '@/ui/Id'
import { Menu } from '@/ui/Menu'
import { Page } from '@/ui/Page'
import { personName } from '@/ui/personName'
import { Tag } from '@/ui/Tag'
import { useToast } from '@/ui/Toast'

import { MergeDialog } from './MergeDialog'
import css from './Profile.module.css'
import { SplitDialog } from './SplitDialog'

/** Who this is, in one line, and what can be done. */
export function ProfileHeader({ profile, children }: { profile: Profile; children: ReactNode }) {
  const { t } = useTranslation()
  const [dialog, setDialog] = useState<'merge' | 'split' | null>(null)
  const close = () => setDialog(null)
  const name = personName(t, profile)
  return (
    <Page
      title={name}
      before={<Avatar name={name} known={profile.known} large />}
      lead={<Lead profile={profile} />}
      actions={
        <>
          <Button needs="write" icon={Merge} onPress={() => setDialog('merge')}>
            {t('profile.merge.open')}
          </Button>
          <More profile={profile} onSplit={() => setDialog('split')} />
        </>
      }
    >
      {children}
      {dialog === 'merge' && <MergeDialog profile={profile} onClose={close} />}
      {dialog === 'split' && <SplitDialog profile={profile} onClose={close} />}
    </Page>
  )
}

function Lead({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const strongest = profile.identifiers.slice(0, 2)
  return (
    <span className={css.lead}>
      <Tag tone={profile.known ? 'accent' : 'neutral'} dot>
        {t(profile.known ? 'profile.known' : 'profile.anonymous')}
      </Tag>
      {strongest.map(({ type, value }) => (
        <Id key={`${type}:${value}`} title={`${type}: ${value}`}>
          {value}
        </Id>
      ))}
      {profile.brands.map((brand) => (
        <span key={brand}>{brand}</span>
      ))}
      <span>
        {t('profile.since')} <DateTime at={profile.first_seen} as="date" />
      </span>
      <span>
        {t('profile.lastSeen')} <DateTime at={profile.last_seen} />
      </span>
      <span className={css.copyId}>
        <Id>{profile.id}</Id>
        <CopyButton text={profile.id} label={t('profile.copyId')} />
      </span>
    </span>
  )
}

function More({ profile, onSplit }: { profile: Profile; onSplit: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const copyLink = async () => {
    await navigator.clipboard.writeText(`${window.location.origin}/profiles/${profile.id}`)
    toast(t('ui.copied'))
  }
  return (
    <Menu
      label={t('profile.more')}
      icon={Ellipsis}
      groups={[
        {
          entries: [
            { id: 'split', label: t('profile.split.open'), icon: Split, needs: 'write', disabled: profile.identifiers.length < 2, onAction: onSplit },
            { id: 'link', label: t('profile.copyLink'), icon: Link2, onAction: () => void copyLink() },
            { id: 'export', label: t('profile.export'), icon: Download, onAction: () => save(profile) },
          ],
        },
      ]}
    />
  )
}

/** Everything that is on the page, as one JSON file. */
function save(profile: Profile): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([JSON.stringify(profile, null, 2)], { type: 'application/json' }))
  link.download = `${profile.id}.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href))
}
