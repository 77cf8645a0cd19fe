import { expect, it } from 'vitest'

import type { Evidence, IdentifierDetail, IdentityView, Refusal } from '@/api/people'

import { layOut, NODE } from './graph'

const identifier = (value: string) => ({ type: 'email', value, count: 1, shared: false }) as IdentifierDetail
const evidence = (a: string, b: string) => ({ a: `email:${a}`, b: `email:${b}`, kind: 'observed', message_id: 'm', count: 2 }) as Evidence
const refusal = (a: string, b: string) => ({ ...evidence(a, b), rule: 'shared', explanation: '' }) as Refusal

function view(values: string[], edges: [string, string][], refused: [string, string][] = []): IdentityView {
  return {
    id: 'p_1',
    identifiers: values.map(identifier),
    evidence: edges.map(([a, b]) => evidence(a, b)),
    refused: refused.map(([a, b]) => refusal(a, b)),
    decisions: [],
    path: null,
  }
}

it('lays no two identifiers over each other', () => {
  const { nodes } = layOut(view(['a', 'b', 'c', 'd'], [['a', 'b'], ['a', 'c'], ['c', 'd']]))
  for (const one of nodes) {
    for (const other of nodes) {
      if (one === other) continue
      expect(Math.abs(one.x - other.x) >= NODE.width || Math.abs(one.y - other.y) >= NODE.height).toBe(true)
    }
  }
})

it('shows who was refused as a stranger, with the rule on the line', () => {
  const { nodes, edges } = layOut(view(['a'], [], [['a', 'z']]))
  expect(nodes.find(({ id }) => id === 'email:z')?.outside).toBe(true)
  expect(edges.map(({ refusal }) => refusal?.rule)).toEqual(['shared'])
})

it('leaves to the table what no drawing could show', () => {
  const many = Array.from({ length: 100 }, (_, index) => `v${index}`)
  const { nodes, left } = layOut(view(many, many.slice(1).map((value) => ['v0', value])))
  expect(nodes.length).toBe(40)
  expect(left).toBe(60)
})
