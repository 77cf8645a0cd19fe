import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { GripVertical, MoveHorizontal, MoveVertical, X, ZoomIn } from 'lucide-react'
import { useMemo, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'

import { answerQuery, KINDS, type Cell, type DashboardCard, type DashboardFilters, type SavedInsight } from '@/api/insights'
import { isNorthStar, type Saved } from '@/api/northstar'
import { ErrorState } from '@/ui/ErrorState'
import { IconButton } from '@/ui/IconButton'
import { Skeleton } from '@/ui/Skeleton'

import { AnswerView } from '../insights/AnswerView'
import { toText } from '../insights/question'
import { useExport } from '../insights/useExport'
import { HEIGHTS, narrowed, resized, WIDTHS } from './board'
import { CardHead } from './CardHead'
import css from './Dashboards.module.css'
import { StarCard } from './StarCard'

interface Props {
  card: DashboardCard
  /** undefined when the question was deleted. */
  saved: Saved | undefined
  filters: DashboardFilters
  editing: boolean
  place: { index: number; count: number }
  onMove: (to: number) => void
  onResize: (size: Partial<Pick<DashboardCard, 'width' | 'height'>>) => void
  onRemove: () => void
  onDrag: (on: boolean) => void
}

export function BoardCard({ card, saved, filters, editing, place, onMove, onResize, onRemove, onDrag }: Props) {
  const { t } = useTranslation()
  const name = saved?.name ?? card.insight
  return (
    <section className={css.card} aria-label={name}>
      {editing && <EditBar name={name} card={card} place={place} onMove={onMove} onResize={onResize} onRemove={onRemove} onDrag={onDrag} />}
      {saved && <Drawn saved={saved} filters={filters} />}
      {!saved && (
        <div className={css.gone}>
          <strong>
            <bdi>{card.insight}</bdi>
          </strong>
          <p>{t('dashboards.gone')}</p>
        </div>
      )}
    </section>
  )
}

function Drawn({ saved, filters }: { saved: Saved; filters: DashboardFilters }) {
  const { t } = useTranslation()
  if (isNorthStar(saved)) return <StarCard saved={saved} filters={filters} />
  if (KINDS.includes(saved.kind)) return <Answer saved={saved} filters={filters} />
  return (
    <div className={css.gone}>
      <strong>
        <bdi>{saved.name}</bdi>
      </strong>
      <p>{t('dashboards.undrawn')}</p>
    </div>
  )
}

function Answer({ saved, filters }: { saved: SavedInsight; filters: DashboardFilters }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [table, setTable] = useState(false)
  const question = useMemo(() => narrowed(saved.question, filters), [saved.question, filters])
  const { data, error, refetch } = useQuery({ ...answerQuery(question), placeholderData: keepPreviousData })
  const view = table ? 'table' : 'chart'
  const files = useExport(data, view, saved.name)
  const same = toText(question) === toText(saved.question)
  const search = { saved: saved.key, ...(same ? {} : { q: toText(question) }) }
  const open = (cell: Cell) => void navigate({ to: '/insights', search: { ...search, cell: JSON.stringify(cell) } })
  return (
    <>
      <CardHead
        name={saved.name}
        link={
          <Link to="/insights" search={search}>
            <bdi>{saved.name}</bdi>
          </Link>
        }
        table={table}
        onTable={setTable}
        menu={[
          { entries: [{ id: 'open', label: t('dashboards.open'), icon: ZoomIn, onAction: () => void navigate({ to: '/insights', search }) }] },
          { label: t('insights.export.title'), entries: files },
        ]}
      />
      <div className={css.cardBody}>
        {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton height={140} />}
        {data && <AnswerView told={data} view={view} height="fill" onCell={open} />}
      </div>
    </>
  )
}

type EditProps = Omit<Props, 'saved' | 'filters' | 'editing'> & { name: string }

const NEXT = { ArrowDown: 1, ArrowUp: -1 } as Record<string, number>

function EditBar({ name, card, place: { index, count }, onMove, onResize, onRemove, onDrag }: EditProps) {
  const { t } = useTranslation()
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    const rtl = document.documentElement.dir === 'rtl'
    const along = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1, ...NEXT } as Record<string, number>
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? count - 1 : along[event.key] !== undefined ? index + along[event.key]! : undefined
    if (to === undefined) return
    event.preventDefault()
    onMove(to)
  }
  return (
    <div className={css.editBar} role="group" aria-label={t('dashboards.change', { name })}>
      <button
        type="button"
        draggable
        className={css.handle}
        title={t('dashboards.moveHint')}
        aria-label={t('dashboards.move', { name, number: index + 1, of: count })}
        onKeyDown={onKey}
        onDragStart={(event) => {
          event.dataTransfer.effectAllowed = 'move'
          event.dataTransfer.setData('text/plain', name)
          onDrag(true)
        }}
        onDragEnd={() => onDrag(false)}
      >
        <GripVertical size={15} aria-hidden />
      </button>
      <Size
        label={t('dashboards.width', { name })}
        icon={MoveHorizontal}
        value={card.width}
        sizes={WIDTHS}
        less={t('dashboards.narrower', { name })}
        more={t('dashboards.wider', { name })}
        onChange={(width) => onResize({ width })}
      />
      <Size
        label={t('dashboards.height', { name })}
        icon={MoveVertical}
        value={card.height}
        sizes={HEIGHTS}
        less={t('dashboards.lower', { name })}
        more={t('dashboards.higher', { name })}
        onChange={(height) => onResize({ height })}
      />
      <span className={css.cardTools}>
        <IconButton icon={X} size="small" label={t('dashboards.remove', { name })} onPress={onRemove} />
      </span>
    </div>
  )
}

interface SizeProps {
  label: string
  icon: typeof MoveHorizontal
  value: number
  sizes: readonly number[]
  less: string
  more: string
  onChange: (size: number) => void
}

function Size({ label, icon: Icon, value, sizes, less, more, onChange }: SizeProps) {
  const smaller = resized(value, sizes, -1)
  const larger = resized(value, sizes, 1)
  return (
    <span className={css.size} role="group" aria-label={label}>
      <Icon size={13} aria-hidden />
      <button type="button" aria-label={less} title={less} disabled={smaller === value} onClick={() => onChange(smaller)}>
        −
      </button>
      <span aria-hidden>{value}</span>
      <button type="button" aria-label={more} title={more} disabled={larger === value} onClick={() => onChange(larger)}>
        +
      </button>
    </span>
  )
}
