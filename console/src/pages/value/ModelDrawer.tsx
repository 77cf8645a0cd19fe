import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { modelRunsQuery, type Model, type ModelCard, type ModelRun } from '@/api/value'
import { Button } from '@/ui/Button'
import { Facts } from '@/ui/Card'
import { DateTime } from '@/ui/DateTime'
import { Drawer } from '@/ui/Drawer'
import { ErrorState } from '@/ui/ErrorState'
import { Id } from '@/ui/Id'
import { PlainTable } from '@/ui/PlainTable'
import { Skeleton } from '@/ui/Skeleton'
import { Tag } from '@/ui/Tag'
import { useFormat } from '@/ui/useFormat'

import { Bar } from './Bar'
import { Calibration } from './Calibration'
import { StateTag, VerdictTag } from './ModelTags'
import { titleOf, TrainButton } from './ModelsTab'
import css from './Value.module.css'
import { useWords } from './words'

interface Props {
  model: Model
  onClose: () => void
  onTrait: () => void
}

/** Everything that a model says of itself. */
export function ModelDrawer({ model, onClose, onTrait }: Props) {
  const { t } = useTranslation()
  const words = useWords()
  const title = titleOf(words.model(model.name, model.title), model.seed_segment)
  return (
    <Drawer
      open
      onClose={onClose}
      label={title}
      title={
        <>
          <bdi>{title}</bdi> <StateTag model={model} />
        </>
      }
      actions={
        <>
          <TrainButton model={model} small={false} />
          <Button needs="write" variant="primary" icon={Plus} onPress={onTrait}>
            {t('value.models.trait')}
          </Button>
        </>
      }
    >
      <p>{words.purpose(model.name)}</p>
      {model.reason && (
        <p className={css.reason}>
          <bdi dir="ltr">{model.reason}</bdi>
        </p>
      )}
      {model.card ? <CardView card={model.card} next={model.next_run_at} /> : <p className={css.quiet}>{t('value.models.untrained')}</p>}
      <Section title={t('value.card.traits')}>
        <Traits model={model} />
      </Section>
      <Section title={t('value.card.runs')}>
        <Runs model={model} />
      </Section>
    </Drawer>
  )
}

function Section({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className={css.section} aria-label={title}>
      <h3>{title}</h3>
      {note && <p className={css.quiet}>{note}</p>}
      {children}
    </section>
  )
}

function CardView({ card, next }: { card: ModelCard; next: string | null }) {
  const { t } = useTranslation()
  const format = useFormat()
  const words = useWords()
  return (
    <>
      <Facts
        items={[
          [t('value.card.trained'), <DateTime key="at" at={card.trained_at} as="full" />],
          [t('value.card.next'), next ? <DateTime key="next" at={next} /> : t('value.card.notScheduled')],
          [t('value.card.data'), format.dates(card.data_from, card.data_until)],
          [t('value.card.basis'), t('value.card.basisOf', { people: format.number(card.people), events: format.number(card.events) })],
          [t('value.card.seconds'), format.duration(card.seconds)],
          [t('value.card.version'), format.number(card.version)],
        ]}
      />
      <Metrics card={card} />
      {card.calibration.length > 0 && (
        <Section title={t('value.card.calibration')} note={t(card.metrics.auc === undefined ? 'value.card.calibrationOrders' : 'value.card.calibrationNote')}>
          <Calibration rows={card.calibration} shares={card.metrics.auc !== undefined} />
        </Section>
      )}
      <Features card={card} />
      {card.notes.length > 0 && (
        <Section title={t('value.card.notes')}>
          <ul className={css.notes}>
            {card.notes.map((note) => (
              <li key={note.text}>
                <bdi>{words.note(note)}</bdi>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

function Metrics({ card }: { card: ModelCard }) {
  const { t } = useTranslation()
  const format = useFormat()
  const words = useWords()
  const rows = Object.entries(card.metrics)
  if (!rows.length) return null
  return (
    <Section title={t('value.card.metrics')}>
      <div className={css.frame}>
        <PlainTable
          label={t('value.card.metrics')}
          rows={rows}
          rowId={([name]) => name}
          columns={[
            { id: 'name', label: t('value.card.measure'), render: ([name]) => words.metric(name) },
            { id: 'value', label: t('insights.column.value'), align: 'end', render: ([, value]) => format.number(Math.round(value * 10_000) / 10_000) },
          ]}
        />
      </div>
    </Section>
  )
}

const DRIFTED = 0.25

/** What it looks at, and whether that is still as it was. */
function Features({ card }: { card: ModelCard }) {
  const { t } = useTranslation()
  const format = useFormat()
  const words = useWords()
  const drift = new Map(card.drift.map((each) => [each.feature, each]))
  if (!card.features.length) return null
  return (
    <Section title={t('value.card.features')} note={drift.size > 0 ? t('value.card.driftNote') : undefined}>
      <div className={css.frame}>
        <PlainTable
          label={t('value.card.features')}
          rows={card.features}
          rowId={({ name }) => name}
          columns={[
            {
              id: 'name',
              label: t('value.card.feature'),
              render: ({ name, meaning }) => (
                <span className={css.className}>
                  <span>{words.feature(name, meaning)}</span>
                  <code className={css.quiet}>{name}</code>
                </span>
              ),
            },
            {
              id: 'drift',
              label: t('value.card.drift'),
              render: ({ name }) => {
                const found = drift.get(name)
                return found ? (
                  <span className={css.line}>
                    <Bar share={found.psi / (2 * DRIFTED)} look={found.verdict === 'stable' ? undefined : 'second'} />
                    <span className={css.percent}>{format.number(Math.round(found.psi * 1000) / 1000)}</span>
                    <VerdictTag verdict={found.verdict} />
                  </span>
                ) : (
                  <span aria-hidden>–</span>
                )
              },
            },
          ]}
        />
      </div>
    </Section>
  )
}

function Traits({ model }: { model: Model }) {
  const { t } = useTranslation()
  const words = useWords()
  return (
    <div className={css.frame}>
      <PlainTable
        label={t('value.card.traits')}
        rows={model.traits}
        rowId={({ key }) => key}
        columns={[
          {
            id: 'trait',
            label: t('value.card.trait'),
            render: ({ key, meaning }) => (
              <span className={css.className}>
                <span>{words.trait(key, meaning)}</span>
                <code className={css.quiet}>{key}</code>
              </span>
            ),
          },
          {
            id: 'computed',
            label: t('value.card.computed'),
            render: ({ computed }) =>
              computed.length ? (
                <span className={css.tags}>
                  {computed.map((key) => (
                    <Link key={key} to="/traits/$key" params={{ key }}>
                      <Id>{key}</Id>
                    </Link>
                  ))}
                </span>
              ) : (
                <span className={css.quiet}>{t('value.card.notYet')}</span>
              ),
          },
        ]}
      />
    </div>
  )
}

const TONES = { done: 'good', not_yet: 'warn', failed: 'bad' } as const

function Runs({ model }: { model: Model }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(modelRunsQuery(model))
  if (error) return <ErrorState error={error} />
  if (!data) return <Skeleton lines={3} />
  if (!data.items.length) return <p className={css.quiet}>{t('value.card.noRuns')}</p>
  return (
    <div className={css.frame}>
      <PlainTable<ModelRun>
        label={t('value.card.runs')}
        rows={data.items}
        rowId={({ number }) => String(number)}
        columns={[
          { id: 'at', label: t('value.card.when'), render: ({ at }) => <DateTime at={at} as="full" /> },
          { id: 'status', label: t('segments.state'), render: ({ status }) => <Tag tone={TONES[status]}>{t(`value.run.${status}`)}</Tag> },
          { id: 'written', label: t('value.card.written'), render: ({ written, reason }) => (reason ? <bdi dir="ltr">{reason}</bdi> : written.join(', ') || '–') },
        ]}
      />
    </div>
  )
}
