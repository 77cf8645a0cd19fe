import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Download, FolderOpen, History, Save } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { savedInsightsQuery, type Cell } from '@/api/insights'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { Menu } from '@/ui/Menu'
import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'
import { useFormat } from '@/ui/useFormat'

import { AnswerPanel } from './AnswerPanel'
import { QuestionPanel } from './QuestionPanel'
import css from './Insights.module.css'
import { PeopleDrawer } from './PeopleDrawer'
import { viewsOf, type View } from './plots'
import { SaveDialog } from './SaveDialog'
import { SavedDrawer } from './SavedDrawer'
import { cellOf, useExplorer, type Explorer } from './useExplorer'
import { useExport } from './useExport'
import { VersionsDrawer } from './VersionsDrawer'

const route = getRouteApi('/shell/insights')

/** One explorer for every kind of question: it stands on the left, its answer on the right. */
export function InsightsPage() {
  const explorer = useExplorer()
  const { t } = useTranslation()
  if (!explorer) {
    return (
      <Page title={t('insights.title')} lead={t('insights.lead')}>
        <div className={css.split}>
          <Skeleton height={420} />
          <Skeleton height={420} />
        </div>
      </Page>
    )
  }
  return <Explore explorer={explorer} />
}

function Explore({ explorer }: { explorer: Explorer }) {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { question, saved, changed, told } = explorer
  const views = told ? viewsOf(told) : []
  const view = views.find((each) => each === search.view) ?? 'chart'
  const title = saved?.name ?? t('insights.title')
  const files = useExport(told, view, saved?.name ?? t(`insights.kind.${question.kind}`))
  const set = (change: Partial<typeof search>, replace = false) => void navigate({ search: (old) => ({ ...old, ...change }), replace })
  const open = (cell: Cell) => set({ cell: JSON.stringify(cell), who: undefined })
  const cell = cellOf(search.cell)
  return (
    <Page
      title={title}
      lead={saved ? saved.description || t(`insights.about.${saved.question.kind}`) : t('insights.lead')}
      actions={
        <>
          {saved && <IconButton icon={History} variant="secondary" label={t('segments.tab.versions')} onPress={() => set({ list: 'versions' })} />}
          <SavedButton onPress={() => set({ list: 'saved' })} />
          <Menu label={t('insights.export.title')} icon={Download} text={t('insights.export.title')} groups={[{ entries: files }]} />
          <SaveButton explorer={explorer} changed={changed} onSaved={(key) => set({ saved: key, q: undefined }, true)} />
        </>
      }
    >
      <div className={css.split}>
        <QuestionPanel question={question} onChange={explorer.change} />
        <AnswerPanel explorer={explorer} views={views} view={view} onView={(next: View) => set({ view: next === 'chart' ? undefined : next }, true)} onCell={open} />
      </div>
      {cell && told && (
        <PeopleDrawer
          question={told.question}
          cell={cell}
          who={search.who}
          onWho={(who) => set({ who })}
          onClose={() => set({ cell: undefined, who: undefined })}
        />
      )}
      {search.list === 'versions' && saved && (
        <VersionsDrawer
          kept={{ sort: 'saved-insights', key: saved.key, version: saved.version }}
          name={saved.name}
          onClose={() => set({ list: undefined })}
          onRestored={() => set({ list: undefined, q: undefined }, true)}
        />
      )}
      {search.list === 'saved' && <SavedDrawer opened={search.saved} onClose={() => set({ list: undefined })} onOpen={(key) => void navigate({ search: { saved: key } })} />}
    </Page>
  )
}

function SavedButton({ onPress }: { onPress: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const count = useQuery(savedInsightsQuery).data?.items.length
  return (
    <Button icon={FolderOpen} onPress={onPress}>
      {count ? t('insights.saved.button', { count, formatted: format.number(count) }) : t('insights.saved.title')}
    </Button>
  )
}

function SaveButton({ explorer, changed, onSaved }: { explorer: Explorer; changed: boolean; onSaved: (key: string) => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const { saved } = explorer
  return (
    <>
      <Button needs="write" variant="primary" icon={Save} onPress={() => setOpen(true)} isDisabled={Boolean(explorer.error)}>
        {t(saved && changed ? 'insights.save.changes' : saved ? 'insights.save.edit' : 'insights.save.title')}
      </Button>
      {open && (
        <SaveDialog
          question={explorer.question}
          saved={saved}
          onClose={() => setOpen(false)}
          onSaved={(key) => {
            setOpen(false)
            onSaved(key)
          }}
        />
      )}
    </>
  )
}
