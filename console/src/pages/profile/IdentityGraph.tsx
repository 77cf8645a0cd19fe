import '@xyflow/react/dist/base.css'

import {
  Background,
  BaseEdge,
  Controls,
  getBezierPath,
  Handle,
  Position,
  ReactFlow,
  type Edge,
  type EdgeProps,
  type Node,
  type NodeProps,
} from '@xyflow/react'
import { useMemo, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'

import type { Evidence, IdentityView } from '@/api/people'
import { classes } from '@/ui/classes'
import { useFormat } from '@/ui/useFormat'

import css from './Graph.module.css'
import { layOut, type GraphEdge, type GraphNode } from './graph'
import { kindOf, splitLabel } from './names'

interface Props {
  view: IdentityView
  chosen: readonly string[]
  path: readonly Evidence[]
  onSelect: (label: string) => void
}

type IdentifierNode = Node<{ node: GraphNode; narrow: boolean; chosen: boolean; onPath: boolean; onSelect: (label: string) => void }, 'identifier'>

const NODE_TYPES = { identifier: Identifier }
const EDGE_TYPES = { evidence: EvidenceLine }

/** px of the canvas: as high as the drawing, within reason. */
const [AIR, LEAST, MOST] = [56, 230, 460]

/** Above the lower end, where lines that part at the top no longer lie over each other. */
const LABEL_UP = 22

/** Identifiers and the evidence between them. The tables below say the same without a drawing. */
export default function IdentityGraph({ view, chosen, path, onSelect }: Props) {
  const { t } = useTranslation()
  const narrow = useNarrow()
  const graph = useMemo(() => layOut(view, narrow), [view, narrow])
  const onPath = useMemo(() => new Set(path.flatMap(({ a, b }) => [a, b, pair(a, b)])), [path])
  const nodes = graph.nodes.map<IdentifierNode>((node) => ({
    id: node.id,
    type: 'identifier',
    position: { x: node.x, y: node.y },
    ...graph.node,
    data: { node, narrow, chosen: chosen.includes(node.id), onPath: onPath.has(node.id), onSelect },
  }))
  const edges = useEdges(graph.edges, onPath, narrow)
  return (
    <div style={{ blockSize: Math.min(Math.max(graph.height + AIR, LEAST), MOST) }} dir="ltr" className={css.canvas}>
      <ReactFlow
        key={narrow ? 'narrow' : 'wide'}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        fitView
        fitViewOptions={{ padding: 0.12, maxZoom: 1 }}
        minZoom={0.2}
        maxZoom={1.6}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        preventScrolling={false}
        zoomOnScroll={false}
        aria-label={t('profile.identity.graphTitle')}
        ariaLabelConfig={{
          'controls.ariaLabel': t('profile.graph.controls'),
          'controls.zoomIn.ariaLabel': t('profile.graph.zoomIn'),
          'controls.zoomOut.ariaLabel': t('profile.graph.zoomOut'),
          'controls.fitView.ariaLabel': t('profile.graph.fit'),
        }}
      >
        <Background gap={20} size={1} color="var(--line-strong)" />
        <Controls showInteractive={false} position="top-left" />
      </ReactFlow>
      {graph.left > 0 && <p className={css.left}>{t('profile.graph.left', { count: graph.left })}</p>}
    </div>
  )
}

function Identifier({ data: { node, narrow, chosen, onPath, onSelect } }: NodeProps<IdentifierNode>) {
  const { t } = useTranslation()
  const format = useFormat()
  const { type, value } = splitLabel(node.id)
  return (
    <>
      <Handle type="target" position={narrow ? Position.Left : Position.Top} isConnectable={false} className={css.handle} />
      <button
        type="button"
        className={classes(css.node, 'nodrag', node.outside && css.outside, onPath && css.onPath)}
        aria-pressed={chosen}
        disabled={node.outside}
        title={value}
        onClick={() => onSelect(node.id)}
      >
        <span className={css.kind}>
          {kindOf(t, type)}
          {node.shared && ` · ${t('profile.identity.state.shared')}`}
          {node.outside && ` · ${t('profile.graph.outside')}`}
          {node.count !== null && <span className={css.times}>{format.compact(node.count)}×</span>}
        </span>
        <span className={css.label}>{value}</span>
      </button>
      <Handle type="source" position={narrow ? Position.Right : Position.Bottom} isConnectable={false} className={css.handle} />
    </>
  )
}

function EvidenceLine(props: EdgeProps) {
  const [path] = getBezierPath(props)
  const sideways = props.targetPosition === Position.Left
  return (
    <BaseEdge
      path={path}
      label={props.label}
      labelX={sideways ? props.targetX - LABEL_UP : props.targetX + (props.sourceX - props.targetX) * 0.06}
      labelY={sideways ? props.targetY : props.targetY - LABEL_UP}
      labelBgPadding={[6, 3]}
      labelBgBorderRadius={4}
    />
  )
}

function useEdges(edges: readonly GraphEdge[], onPath: ReadonlySet<string>, narrow: boolean): Edge[] {
  const { t } = useTranslation()
  const format = useFormat()
  return edges.map(({ id, source, target, evidence, refusal }) => {
    const lit = onPath.has(pair(source, target)) && !refusal
    // Isolated, so that right-to-left dates do not run into the number.
    const days = `\u2068${format.dates(evidence.first_seen, evidence.last_seen)}\u2069`
    const seen = narrow ? `${format.compact(evidence.count)}×` : `${format.compact(evidence.count)}× · ${days}`
    const joined = evidence.kind === 'manual' ? t('profile.evidence.manual') : seen
    return {
      id,
      source,
      target,
      type: 'evidence',
      label: refusal ? t('profile.graph.refused', { rule: refusal.rule }) : joined,
      className: classes(css.edge, refusal && css.refused, evidence.kind === 'manual' && css.manual, lit && css.lit),
      zIndex: lit ? 1 : 0,
    }
  })
}

function pair(a: string, b: string): string {
  return [a, b].toSorted().join('\n')
}

const NARROW = window.matchMedia('(width < 640px)')

function useNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      NARROW.addEventListener('change', changed)
      return () => NARROW.removeEventListener('change', changed)
    },
    () => NARROW.matches,
  )
}
