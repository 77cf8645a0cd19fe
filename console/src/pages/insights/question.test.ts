import { describe, expect, it } from 'vitest'

import type { FunnelQuestion, Question, TrendsQuestion } from '@/api/insights'

import { askable, fromText, isReady, nameOf, newQuestion, switched, toText, withoutStep } from './question'
import { readYaml, toYaml } from './yaml'

const FUNNEL: FunnelQuestion = {
  kind: 'funnel',
  steps: [{ event: 'Product Viewed' }, { event: 'Order Completed', where: [{ path: 'properties.total', op: 'gt', value: 100 }] }],
  window: '7d',
  reentry: 'first',
  exclusions: [{ event: 'Order Refunded', after: 1, before: 2 }],
  breakdown: { by: 'brand', attribution: 'step', step: 2 },
  from: '90d',
  timezone: 'Asia/Kolkata',
  where: [{ path: 'source', op: 'in', value: ['web', 'مصدر', '商店'] }],
}

const SCOPE = { from: '30d', timezone: 'UTC' }
const EVERY: Question[] = (['trends', 'funnel', 'retention', 'lifecycle', 'stickiness', 'active', 'paths'] as const).map((kind) =>
  newQuestion(kind, SCOPE, { event: 'Order Completed' }),
)

describe('a question in the address', () => {
  it.each([FUNNEL, ...EVERY])('comes back as it was: $kind', (question) => {
    expect(fromText(toText(question))).toEqual(question)
  })

  it('leaves out what is empty', () => {
    expect(toText({ ...FUNNEL, where: [], segment: undefined, to: '' })).not.toMatch(/segment|"to"|"where":\[\]/)
  })

  it.each([
    ['nothing', undefined],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['an unknown kind', '{"kind":"funel"}'],
    ['steps without events', '{"kind":"funnel","steps":[{}]}'],
    ['a lonely start', '{"kind":"retention","start":{"event":"A"}}'],
    ['an event that is a number', '{"kind":"active","event":{"event":7}}'],
  ])('is none when it is %s', (_name, text) => {
    expect(fromText(text)).toBeNull()
  })
})

describe('a question as YAML', () => {
  it.each([FUNNEL, ...EVERY])('comes back as it was: $kind', (question) => {
    expect(readYaml(toYaml(question))).toEqual(question)
  })

  it('reads JSON too', () => {
    expect(readYaml(JSON.stringify(FUNNEL, null, 2))).toEqual(FUNNEL)
  })

  it('says where it cannot be read', () => {
    expect(() => readYaml('kind: [funnel')).toThrow(/line 1/)
    expect(() => readYaml('kind: nothing')).toThrow('kind')
  })

  it('keeps texts that look like numbers texts', () => {
    const question: Question = { kind: 'active', where: [{ path: 'properties.sku', op: 'eq', value: '007' }] }
    expect(readYaml(toYaml(question))).toEqual(question)
  })
})

describe('what is asked', () => {
  it('leaves out filters that are still being written', () => {
    const half: Question = { ...FUNNEL, where: [{ path: '', op: 'eq' }, { path: 'brand', op: 'eq' }, { path: 'brand', op: 'exists' }] }
    expect(askable(half).where).toEqual([{ path: 'brand', op: 'exists' }])
    expect(fromText(toText(half))?.where).toHaveLength(3)
  })

  it('keeps the filters of steps', () => {
    expect(askable(FUNNEL)).toEqual(FUNNEL)
  })

  it.each([{}, { trait: 'city' }])('asks of everybody until the value of a trait is written: %j', (segment) => {
    expect(askable({ ...FUNNEL, segment })).toEqual(FUNNEL)
    expect(fromText(toText({ ...FUNNEL, segment }))).toEqual({ ...FUNNEL, segment })
  })

  it('keeps who has no value of a trait, and who is compared by one', () => {
    const question: Question = { ...FUNNEL, segment: { trait: 'city', value: null }, breakdown: { trait: 'plan', limit: 3 } }
    expect(askable(question)).toEqual(question)
    expect(fromText(toText(question))).toEqual(question)
    expect(readYaml(toYaml(question))).toEqual(question)
  })

  it('waits for the property that is summed', () => {
    const sum = (path?: string): TrendsQuestion => ({ kind: 'trends', series: [{ event: 'A', measure: 'sum', path }] })
    expect(isReady(sum())).toBe(false)
    expect(isReady(sum('properties.total'))).toBe(true)
  })
})

describe('another kind', () => {
  it('keeps the events, the time and the filters', () => {
    const trends = switched(FUNNEL, 'trends') as TrendsQuestion
    expect(trends.series.map(({ event, where }) => [event, where?.length ?? 0])).toEqual([
      ['Product Viewed', 0],
      ['Order Completed', 1],
    ])
    expect(trends).toMatchObject({ from: '90d', timezone: 'Asia/Kolkata', where: FUNNEL.where })
    expect(switched(trends, 'funnel')).toMatchObject({ steps: FUNNEL.steps })
    expect(switched(FUNNEL, 'retention')).toMatchObject({ start: { event: 'Product Viewed' }, return: { event: 'Order Completed' } })
  })

  it('is the same question when it is the same kind', () => {
    expect(switched(FUNNEL, 'funnel')).toBe(FUNNEL)
  })
})

it('takes a step out without leaving numbers of steps that are gone', () => {
  const less = askable(withoutStep({ ...FUNNEL, steps: [...FUNNEL.steps, { event: 'Reviewed' }] }, 0)) as FunnelQuestion
  expect(less.steps.map(({ event }) => event)).toEqual(['Order Completed', 'Reviewed'])
  expect(less.exclusions).toEqual([{ event: 'Order Refunded' }])
  expect(less.breakdown).toEqual({ by: 'brand', attribution: 'step' })
  expect(withoutStep(FUNNEL, 0).exclusions).toBeUndefined()
})

it('names events as people read them', () => {
  expect(nameOf({ event: ['A', '*'] }, 'Any event')).toBe('A / Any event')
  expect(nameOf({ event: 'A', label: 'Orders' }, '')).toBe('Orders')
})
