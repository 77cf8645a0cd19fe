import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import css from './JsonView.module.css'
import { CopyButton } from './CopyButton'

interface Props {
  value: unknown
  label: string
}

/** Any JSON, coloured, with objects that fold. */
export function JsonView({ value, label }: Props) {
  return (
    <div className={css.view} dir="ltr">
      <div className={css.scroll} tabIndex={0} role="region" aria-label={label}>
        <Node value={value} depth={0} />
      </div>
      <div className={css.copy}>
        <CopyButton text={JSON.stringify(value, null, 2)} />
      </div>
    </div>
  )
}

function Node({ name, value, depth, last = true }: { name?: string; value: unknown; depth: number; last?: boolean }) {
  const key = name !== undefined && <span className={css.key}>{JSON.stringify(name)}: </span>
  if (typeof value !== 'object' || value === null) {
    return (
      <div className={css.line}>
        {key}
        <Scalar value={value} />
        {!last && ','}
      </div>
    )
  }
  return <Branch label={key} value={value} depth={depth} last={last} />
}

function Branch({ label, value, depth, last }: { label: ReactNode; value: object; depth: number; last: boolean }) {
  const entries = Object.entries(value)
  const isList = Array.isArray(value)
  const [open, setOpen] = useState(depth < 2 || entries.length <= 3)
  const [left, right] = isList ? ['[', ']'] : ['{', '}']
  if (entries.length === 0 || !open) {
    return (
      <div className={css.line}>
        {entries.length > 0 && <Fold open={false} onToggle={() => setOpen(true)} />}
        {label}
        {left}
        {entries.length > 0 && <span className={css.more}>{`… ${entries.length} `}</span>}
        {right}
        {!last && ','}
      </div>
    )
  }
  return (
    <>
      <div className={css.line}>
        {depth > 0 && <Fold open onToggle={() => setOpen(false)} />}
        {label}
        {left}
      </div>
      <div className={css.inside}>
        {entries.map(([key, item], index) => (
          <Node key={key} name={isList ? undefined : key} value={item} depth={depth + 1} last={index === entries.length - 1} />
        ))}
      </div>
      <div className={css.line}>
        {right}
        {!last && ','}
      </div>
    </>
  )
}

function Fold({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  const { t } = useTranslation()
  return (
    <button type="button" className={css.fold} aria-expanded={open} aria-label={t('ui.reveal')} onClick={onToggle}>
      {open ? '▾' : '▸'}
    </button>
  )
}

function Scalar({ value }: { value: unknown }) {
  const kind = value === null ? 'nil' : typeof value
  return <span className={css[kind]}>{JSON.stringify(value) ?? String(value)}</span>
}
