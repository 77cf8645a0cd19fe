import { ArrowDown, ArrowUp, CopyPlus, Ellipsis, FolderPlus, FolderMinus, Plus, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { classes } from '@/ui/classes'
import { Menu } from '@/ui/Menu'

import css from './Conditions.module.css'
import { isInside, type NodeError } from './errors'
import { blank, group, headOf, isGroup, itemsOf, JOINS, joinOf, peel, wrapped, type All, type Any, type Condition, type Join, type Kind, type Leaf } from './model'
import { QUANTIFIERS, Rule } from './Rules'
import { Pick } from './tokens'

/** What the whole tree is about; the same at every node. */
export interface Setting {
  of: string
  self?: string
  error?: NodeError
}

interface NodeProps {
  node: Condition
  /** The way to the node, as the server names it: `when.all[1].not`. */
  at: string
  setting: Setting
  onChange: (node: Condition) => void
}

interface RootProps {
  tree: Condition
  setting: Setting
  onChange: (tree: Condition) => void
}

/** The whole tree. A condition that stands alone is shown in a group: there is a place for the next one. */
export function Root({ tree, setting, onChange }: RootProps) {
  const { inner, negated, at } = peel(tree)
  if (isGroup(inner)) return <Group root node={inner} negated={negated} at={`when${at}`} setting={setting} onChange={onChange} />
  const change = (next: Condition) => onChange('all' in next && next.all.length === 1 ? next.all[0]! : next)
  return <Group root alone node={{ all: [tree] }} negated={false} at="when" setting={setting} onChange={change} />
}

/** A condition with everything inside of it. */
export function Node({ node, at, setting, onChange }: NodeProps) {
  const { inner, negated, at: below } = peel(node)
  const here = at + below
  if (isGroup(inner)) return <Group node={inner} negated={negated} at={here} setting={setting} onChange={onChange} />
  return <Single node={inner} negated={negated} at={here} setting={setting} onChange={onChange} />
}

interface GroupProps extends Omit<NodeProps, 'node'> {
  node: All | Any
  negated: boolean
  /** The tree has only what is in the group, not the group itself. */
  alone?: boolean
  /** At the top, one condition needs no word about how it is joined. */
  root?: boolean
}

function Group({ node, negated, alone, root, at, setting, onChange }: GroupProps) {
  const { t } = useTranslation()
  const items = itemsOf(node)
  const join = joinOf(node, negated)
  const placeOf = (index: number) => (alone ? at : `${at}.${'all' in node ? 'all' : 'any'}[${index}]`)
  const set = (next: Condition[]) => onChange(group(join, next))
  const own = isInside(setting.error, at) && !items.some((_, index) => isInside(setting.error, placeOf(index)))
  return (
    <div className={css.group}>
      {!(root && !negated && items.length < 2) && (
        <Pick
          label={t('conditions.joinLabel')}
          value={join}
          choices={JOINS.map((each) => ({ value: each, label: t(`conditions.join.${each}`) }))}
          onChange={(next) => onChange(group(next as Join, items))}
        />
      )}
      {items.length === 0 && <p className={css.none}>{t('conditions.empty')}</p>}
      <ul className={css.items}>
        {items.map((item, index) => (
          <li key={index} className={classes(css.item, isGroup(peel(item).inner) && css.nested)} aria-label={t('conditions.row', { number: index + 1 })}>
            <span className={css.joint} aria-hidden>
              {index > 0 && t('all' in node ? 'conditions.and' : 'conditions.or')}
            </span>
            <div className={css.content}>
              <Node node={item} at={placeOf(index)} setting={setting} onChange={(next) => set(items.with(index, next))} />
            </div>
            <RowMenu items={items} index={index} other={'all' in node ? 'any' : 'all'} onChange={set} />
          </li>
        ))}
      </ul>
      <div>
        <AddMenu of={setting.of} other={'all' in node ? 'any' : 'all'} onAdd={(fresh) => set([...items, fresh])} />
      </div>
      {own && <Refused error={setting.error!} />}
    </div>
  )
}

interface SingleProps extends Omit<NodeProps, 'node'> {
  node: Leaf
  negated: boolean
}

function Single({ node, negated, at, setting, onChange }: SingleProps) {
  const { t } = useTranslation()
  const head = headOf(node) as Kind
  const verb = (
    <Pick
      label={t('conditions.kindLabel', { kind: t(`conditions.kind.${head}`) })}
      quiet
      value={negated ? 'no' : 'yes'}
      choices={(['yes', 'no'] as const).map((each) => ({ value: each, label: t(`conditions.verb.${head}.${each}`) }))}
      onChange={(next) => onChange(wrapped(node, next === 'no'))}
    />
  )
  const change = (next: Condition) => onChange(wrapped(next, negated))
  const refused = isInside(setting.error, at)
  if ('are' in node) return <Members node={node} at={at} verb={verb} setting={setting} onChange={change} />
  return (
    <div className={classes(css.rule, refused && css.refused)}>
      <Rule node={node} onChange={change} verb={verb} self={setting.self} of={setting.of} />
      {refused && <Refused error={setting.error!} />}
    </div>
  )
}

interface MembersProps extends Omit<NodeProps, 'node'> {
  node: { members: string; are: Condition }
  verb: ReactNode
}

/** People of an account; inside of it, everything is about people again. */
function Members({ node, at, verb, setting, onChange }: MembersProps) {
  const { t } = useTranslation()
  return (
    <div className={css.rule}>
      <div className={css.line}>
        {verb}
        <Pick
          label={t('conditions.kind.members')}
          value={node.members}
          choices={QUANTIFIERS.map((each) => ({ value: each, label: t(`conditions.members.${each}`) }))}
          onChange={(members) => onChange({ ...node, members })}
        />
      </div>
      <Node node={node.are} at={`${at}.are`} setting={{ ...setting, of: 'people' }} onChange={(are) => onChange({ ...node, are })} />
    </div>
  )
}

export function Refused({ error }: { error: NodeError }) {
  return (
    <p className={css.error} role="alert">
      {error.message}
      {error.hint && <span className={css.errorHint}>{error.hint}</span>}
    </p>
  )
}

interface RowMenuProps {
  items: readonly Condition[]
  index: number
  /** How a group inside of this one joins: the same would say nothing new. */
  other: Join
  onChange: (items: Condition[]) => void
}

function RowMenu({ items, index, other, onChange }: RowMenuProps) {
  const { t } = useTranslation()
  const item = items[index]!
  const { inner, negated } = peel(item)
  const swap = (place: number) => onChange(items.with(index, items[place]!).with(place, item))
  const folding = isGroup(inner)
    ? { id: 'unwrap', label: t('conditions.unwrap'), icon: FolderMinus, disabled: negated, onAction: () => onChange(items.toSpliced(index, 1, ...itemsOf(inner))) }
    : { id: 'wrap', label: t('conditions.wrap'), icon: FolderPlus, onAction: () => onChange(items.with(index, group(other, [item]))) }
  return (
    <Menu
      label={t('conditions.more')}
      icon={Ellipsis}
      size="small"
      groups={[
        {
          entries: [
            { id: 'up', label: t('conditions.up'), icon: ArrowUp, disabled: index === 0, onAction: () => swap(index - 1) },
            { id: 'down', label: t('conditions.down'), icon: ArrowDown, disabled: index === items.length - 1, onAction: () => swap(index + 1) },
            { id: 'copy', label: t('conditions.copy'), icon: CopyPlus, onAction: () => onChange(items.toSpliced(index + 1, 0, item)) },
            folding,
            { id: 'remove', label: t('conditions.remove'), icon: Trash2, danger: true, onAction: () => onChange(items.toSpliced(index, 1)) },
          ],
        },
      ]}
    />
  )
}

const OF_EVENTS: readonly Kind[] = ['did', 'sequence', 'first', 'last']
const OF_PEOPLE: readonly Kind[] = ['trait', 'segment', 'identifier', 'consent', 'account', 'percent']
const OF_ACCOUNTS: readonly Kind[] = ['trait', 'did', 'members', 'segment', 'percent']

function AddMenu({ of, other, onAdd }: { of: string; other: Join; onAdd: (node: Condition) => void }) {
  const { t } = useTranslation()
  const entry = (kind: Kind) => ({ id: kind, label: t(`conditions.kind.${kind}`), onAction: () => onAdd(blank(kind)) })
  const nested = { id: 'group', label: t('conditions.addGroup'), onAction: () => onAdd(group(other, [blank(of === 'accounts' ? 'trait' : 'did')])) }
  const groups =
    of === 'accounts'
      ? [{ entries: [...OF_ACCOUNTS.map(entry), nested] }]
      : [
          { label: t('conditions.addEvents'), entries: OF_EVENTS.map(entry) },
          { label: t('conditions.addPeople'), entries: [...OF_PEOPLE.map(entry), nested] },
        ]
  return <Menu label={t('conditions.add')} text={t('conditions.add')} icon={Plus} size="small" placement="bottom start" groups={groups} />
}
