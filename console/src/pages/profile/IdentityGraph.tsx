import '@xyflow/react/dist/base.css'

import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { Evidence, IdentityView } from '@/api/people'
import { classes } from '@/ui/classes'
import { useFormat } from '@/ui/useFormat'

import css from './Graph.module.css'
import { layOut, NODE, type GraphEdge, type GraphNode } from './graph'
import { kindOf, splitLabel } from './names'

interface Props {
  view: IdentityView
  chosen: readonly string[]
  path: readonly Evidence[]
  onSelect: (label: string) => void
  height: number
}

type IdentifierNode = Node<{ node: GraphNode; chosen: boolean; onPath: boolean; onSelect: (label: string) => void }, 'identifier'>

const NODE_TYPES = { identifier: Identifier }

/** Identifiers and the evidence between them. The tables below say the same without a drawing. */
export default function IdentityGraph({ view, chosen, path, onSelect, height }: Props) {
  const { t } = useTranslation()
  const graph = useMemo(() => layOut(view), [view])
  const onPath = useMemo(() => new Set(path.flatMap(({ a, b }) => [a, b, pair(a, b)])), [path])
  const nodes = graph.nodes.map<IdentifierNode>((node) => ({
    id: node.id,
    type: 'identifier',
    position: { x: node.x, y: node.y },
    width: NODE.width,
    height: NODE.height,
    data: { node, chosen: chosen.includes(node.id), onPath: onPath.has(node.id), onSelect },
  }))
  const edges = useEdges(graph.edges, onPath)
  return (
    <div style={{ blockSize: height }} dir="ltr" className={css.canvas}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
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
        <Controls showInteractive={false} position="bottom-right" />
      </ReactFlow>
      {graph.left > 0 && <p className={css.left}>{t('profile.graph.left', { count: graph.left })}</p>}
    </div>
  )
}

function Identifier({ data: { node, chosen, onPath, onSelect } }: NodeProps<IdentifierNode>) {
  const { t } = useTranslation()
  const format = useFormat()
  const { type, value } = splitLabel(node.id)
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className={css.handle} />
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
      <Handle type="source" position={Position.Bottom} isConnectable={false} className={css.handle} />
    </>
  )
}

function useEdges(edges: readonly GraphEdge[], onPath: ReadonlySet<string>): Edge[] {
  const { t } = useTranslation()
  const format = useFormat()
  return edges.map(({ id, source, target, evidence, refusal }) => {
    const lit = onPath.has(pair(source, target)) && !refusal
    const days = [...new Set([evidence.first_seen, evidence.last_seen].map((at) => format.date(at)))].join(' – ')
    const label = refusal ? t('profile.graph.refused', { rule: refusal.rule }) : evidence.kind === 'manual' ? t('profile.evidence.manual') : `${format.compact(evidence.count)}× · ${days}`
    return {
      id,
      source,
      target,
      label,
      className: classes(css.edge, refusal && css.refused, evidence.kind === 'manual' && css.manual, lit && css.lit),
      labelBgPadding: [6, 3],
      labelBgBorderRadius: 4,
      zIndex: lit ? 1 : 0,
    }
  })
}

function pair(a: string, b: string): string {
  return [a, b].toSorted().join('\n')
}
