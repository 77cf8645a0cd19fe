import dagre from '@dagrejs/dagre'

import type { Evidence, IdentityView, Refusal } from '@/api/people'

import { labelOf } from './names'

export const NODE = { width: 208, height: 54 }

/** On telephones the drawing runs from side to side, so that it can be read unzoomed. */
const WIDE = { rankdir: 'TB', nodesep: 28, ranksep: 96, node: NODE }
const NARROW = { rankdir: 'LR', nodesep: 12, ranksep: 52, node: { ...NODE, width: 146 } }

/** More than this is a table's job. */
const MOST_NODES = 40

export interface GraphNode {
  id: string
  x: number
  y: number
  /** Belongs to somebody else, or to nobody: it was refused. */
  outside: boolean
  shared: boolean
  count: number | null
}

export interface GraphEdge {
  id: string
  source: string
  target: string
  evidence: Evidence
  refusal: Refusal | null
}

export interface Graph {
  nodes: GraphNode[]
  edges: GraphEdge[]
  /** Identifiers that are only in the table. */
  left: number
  /** px of the drawing at its natural size. */
  height: number
  node: { width: number; height: number }
}

/** Identifiers as nodes under the evidence that joins them, laid out from top to bottom. */
export function layOut(view: IdentityView, narrow = false): Graph {
  const style = narrow ? NARROW : WIDE
  const inside = view.identifiers.slice(0, MOST_NODES)
  const known = new Set(inside.map(labelOf))
  const joined = view.evidence.filter(({ a, b }) => known.has(a) && known.has(b)).map((evidence) => edgeOf(evidence, null))
  const near = view.refused.filter(({ a, b }) => known.has(a) || known.has(b))
  const strangers = [...new Set(near.flatMap(({ a, b }) => [a, b]))].filter((label) => !known.has(label)).slice(0, MOST_NODES - inside.length)
  strangers.forEach((label) => known.add(label))
  const refused = near.filter(({ a, b }) => known.has(a) && known.has(b)).map((refusal) => edgeOf(refusal, refusal))
  const edges = [...joined, ...refused]
  const place = positions([...known], edges, style)
  const nodes = [
    ...inside.map((one) => ({ id: labelOf(one), outside: false, shared: one.shared, count: one.count })),
    ...strangers.map((id) => ({ id, outside: true, shared: false, count: null })),
  ].map((node) => ({ ...node, ...place(node.id) }))
  return { nodes, edges, left: view.identifiers.length - inside.length, height: heightOf(nodes), node: style.node }
}

function heightOf(nodes: readonly GraphNode[]): number {
  return nodes.reduce((most, node) => Math.max(most, node.y + NODE.height), 0)
}

function edgeOf(evidence: Evidence, refusal: Refusal | null): GraphEdge {
  const id = [refusal ? 'refused' : evidence.kind, evidence.a, evidence.b, refusal?.rule, evidence.message_id].join('|')
  return { id, source: evidence.a, target: evidence.b, evidence, refusal }
}

function positions(ids: readonly string[], edges: readonly GraphEdge[], { node, ...style }: typeof WIDE): (id: string) => { x: number; y: number } {
  const graph = new dagre.graphlib.Graph({ multigraph: true })
  graph.setGraph({ ...style, marginx: 12, marginy: 12 })
  graph.setDefaultEdgeLabel(() => ({}))
  ids.forEach((id) => graph.setNode(id, { ...node }))
  edges.forEach(({ id, source, target }) => graph.setEdge(source, target, {}, id))
  dagre.layout(graph)
  return (id) => {
    const { x, y } = graph.node(id) as { x: number; y: number }
    return { x: x - node.width / 2, y: y - node.height / 2 }
  }
}
