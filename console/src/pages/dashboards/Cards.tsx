import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { DashboardCard, DashboardFilters } from '@/api/insights'
import { everySavedQuery } from '@/api/northstar'
import { ErrorState } from '@/ui/ErrorState'
import { Skeleton } from '@/ui/Skeleton'

import { moved } from './board'
import { BoardCard } from './BoardCard'
import css from './Dashboards.module.css'

interface Props {
  cards: readonly DashboardCard[]
  filters: DashboardFilters
  editing: boolean
  onChange: (cards: DashboardCard[]) => void
}

/** Lines of 8 px that a card of height 1 takes with what parts it from the next, and those of the bar above it while it is changed. */
const ROWS = 10
const BAR = 5

/** A grid of twelve columns. While it is changed, cards are dragged by their handle, or moved with its arrow keys. */
export function Cards({ cards, filters, editing, onChange }: Props) {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(everySavedQuery)
  const [dragged, setDragged] = useState<number>()
  const [over, setOver] = useState<number>()
  const [said, setSaid] = useState('')
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={420} />
  const move = (from: number, to: number) => {
    if (to < 0 || to >= cards.length) return
    onChange(moved(cards, from, to))
    setSaid(t('dashboards.movedTo', { number: to + 1, of: cards.length }))
  }
  const drop = () => {
    if (dragged !== undefined && over !== undefined && dragged !== over) move(dragged, over)
    setDragged(undefined)
    setOver(undefined)
  }
  return (
    <>
      <ul className={css.grid}>
        {cards.map((card, index) => (
          <li
            key={`${card.insight} ${cards.slice(0, index).filter(({ insight }) => insight === card.insight).length}`}
            className={css.slot}
            style={{ gridColumn: `span ${card.width}`, gridRow: `span ${card.height * ROWS + (editing ? BAR : 0)}` }}
            data-over={(over === index && dragged !== index) || undefined}
            data-dragged={dragged === index || undefined}
            onDragOver={(event) => {
              if (dragged === undefined) return
              event.preventDefault()
              setOver(index)
            }}
            onDrop={(event) => {
              event.preventDefault()
              drop()
            }}
          >
            <BoardCard
              card={card}
              saved={data.items.find(({ key }) => key === card.insight)}
              filters={filters}
              editing={editing}
              place={{ index, count: cards.length }}
              onMove={(to) => move(index, to)}
              onResize={(size) => onChange(cards.map((each, at) => (at === index ? { ...each, ...size } : each)))}
              onRemove={() => onChange(cards.filter((_, at) => at !== index))}
              onDrag={(on) => (on ? setDragged(index) : drop())}
            />
          </li>
        ))}
      </ul>
      <p role="status" className="hidden-visually">
        {said}
      </p>
    </>
  )
}
