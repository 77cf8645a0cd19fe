import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import i18next from 'i18next'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

import { ApiError } from '@/api/client'
import ar from '@/i18n/ar'
import en from '@/i18n/en'
import zh from '@/i18n/zh-CN'

import { AGGREGATES, COMPUTATIONS, computationWords, isHoled, readComputation, toComputation, withKind } from './computations'
import { isInside, nodeError } from './errors'
import { blank, group, isCondition, isUnfinished, joinOf, KINDS, peel, type All, type Condition } from './model'
import { shown, shownList, typed, typedList, withOperator } from './operators'
import { innerPaths, longPath, shortPath, valuesAt } from './paths'
import { marks, pieces } from './slots'
import { heading, sentence, type Voice } from './words'
import { lineOf, readYaml, toYaml } from './yaml'

const SHOP = parse(readFileSync(join(import.meta.dirname, '../../../examples/segments/shop.yaml'), 'utf8')) as {
  segments: { key: string; when: Condition }[]
  traits: { key: string; trait: Record<string, unknown> }[]
}

const voices = {} as Record<'en' | 'zh-CN' | 'ar', Voice>

beforeAll(async () => {
  await i18next.init({
    lng: 'en',
    resources: { en: { translation: en }, 'zh-CN': { translation: zh }, ar: { translation: ar } },
    interpolation: { escapeValue: false },
  })
  for (const language of ['en', 'zh-CN', 'ar'] as const) {
    voices[language] = { t: i18next.getFixedT(language), language, segment: (key) => `<${key}>` }
  }
})

describe('a condition as a sentence', () => {
  it.each<[Condition, string]>([
    [{ did: 'Order Completed', during: { last: '30d' }, op: 'gte', value: 3 }, 'did Order Completed at least 3 times in the last 30 days'],
    [{ did: 'Order Completed' }, 'did Order Completed'],
    [{ not: { did: ['A', 'B'], during: { calendar: 'week', ago: 1 } } }, 'did not do A or B last week'],
    [
      { did: 'Order Completed', measure: { sum: 'properties.total' }, op: 'gt', value: 500, during: { between: ['60d', '30d'] } },
      'did Order Completed with the sum of total more than 500 between 60 days and 30 days ago',
    ],
    [{ did: '*', measure: 'days', op: 'gte', value: 1 }, 'did any event at least 1 day'],
    [{ trait: 'country', op: 'eq', value: 'IN' }, 'whose trait country is IN'],
    [{ trait: 'birthday', op: 'in_last', value: '7d' }, 'whose trait birthday is within the last 7 days'],
    [{ trait: 'plan', op: 'in', value: ['pro', 'team'] }, 'whose trait plan is one of pro, team'],
    [{ not: { segment: 'vip' } }, 'are not in the segment <vip>'],
    [{ not: { not: { segment: 'vip' } } }, 'are in the segment <vip>'],
    [{ last: 'Order Completed', has: [{ path: 'properties.total', op: 'lt', value: 5 }] }, 'whose last Order Completed has total is less than 5'],
    [{ percent: 20, salt: 'spring' }, 'are in the 20 % of everybody drawn as spring'],
    [{ account: 'any', where: [{ path: 'plan', value: 'pro' }] }, 'of whose accounts one has plan is pro'],
    [{ identifier: 'email' }, 'whose email is known'],
    [{ consent: 'phone' }, 'said yes to phone'],
    [
      {
        sequence: [
          { did: 'Product Added', where: [{ path: 'properties.price', op: 'gt', value: 10 }] },
          { did_not: 'Order Completed', within: '1h', same: ['properties.product_id'] },
        ],
        during: { last: '7d' },
      },
      'did in this order in the last 7 days: Product Added where price is more than 10, then not Order Completed within 1 hour, with the same product_id',
    ],
    [
      { all: [{ did: 'A' }, { any: [{ did: 'B' }, { trait: 'x', op: 'exists' }] }] },
      'did A and (did B or whose trait x is known)',
    ],
    [{ not: { any: [{ did: 'A' }, { did: 'B' }] } }, 'none of these: did A, did B'],
  ])('%j', (node, said) => {
    expect(sentence(voices.en, node)).toBe(said)
  })

  it('is said in each language without a place left open', () => {
    for (const voice of Object.values(voices)) {
      for (const node of [...SHOP.segments.map(({ when }) => when), ...KINDS.map(blank), blank('members')]) {
        expect(sentence(voice, node)).not.toMatch(/[{}]|conditions\.|undefined/)
        expect(heading(voice, node)).not.toBe('')
      }
    }
  })

  it('lets each language order the places, and loses none', () => {
    const slots = ['verb', 'event', 'where', 'often', 'during'] as const
    const order = Object.values(voices).map(({ t }) => pieces(t('conditions.rule.did', marks(...slots))).flatMap((piece) => ('slot' in piece ? [piece.slot] : [])))
    expect(order.map((each) => each.toSorted())).toEqual(order.map(() => slots.toSorted()))
    expect(order[1]).not.toEqual(order[0])
  })
})

describe('a tree', () => {
  it('is recognised in the examples, and in what the editor makes', () => {
    for (const { when } of SHOP.segments) expect(isCondition(when)).toBe(true)
    for (const kind of [...KINDS, 'members'] as const) expect(isCondition(blank(kind))).toBe(true)
  })

  it.each([[null], ['text'], [{}], [{ all: {} }], [{ all: [{ who: 1 }] }], [{ did: 7 }], [{ did: 'A', where: 'x' }], [{ did: 'A', during: { last: 3 } }], [{ sequence: [{ within: '1d' }] }]])(
    'is not seen in %j',
    (raw) => {
      expect(isCondition(raw)).toBe(false)
    },
  )

  it('knows what is still open', () => {
    for (const { when } of SHOP.segments) expect(isUnfinished(when)).toBe(false)
    for (const kind of ['did', 'first', 'sequence', 'trait', 'segment', 'consent', 'account'] as const) expect(isUnfinished(blank(kind))).toBe(true)
    expect(isUnfinished({ all: [] })).toBe(true)
    expect(isUnfinished({ trait: 'plan', op: 'eq', value: '' })).toBe(false)
    expect(isUnfinished({ trait: 'plan', op: 'gt', value: '' })).toBe(true)
    expect(isUnfinished({ did: 'A', measure: { sum: '' }, op: 'gt', value: 1 })).toBe(true)
  })

  it('joins in four ways, which are and, or and a not around them', () => {
    for (const join of ['all', 'any', 'none', 'notAll'] as const) {
      const { inner, negated } = peel(group(join, [{ did: 'A' }]))
      expect(joinOf(inner as All, negated)).toBe(join)
    }
  })
})

describe('YAML', () => {
  it('comes back as the same tree', () => {
    for (const { when } of SHOP.segments) expect(readYaml(toYaml(when))).toEqual({ data: when })
    for (const kind of KINDS) expect(readYaml(toYaml(blank(kind)))).toEqual({ data: blank(kind) })
  })

  it('keeps dates as texts', () => {
    expect(readYaml('from: 2026-11-01')).toEqual({ data: { from: '2026-11-01' } })
  })

  it('says in which line it cannot be read', () => {
    expect(readYaml('all:\n  - did: "A')).toEqual({ line: expect.any(Number) as number })
  })

  it('finds the line of the node that an error names', () => {
    const text = 'all:\n  - did: A\n  - not:\n      did: B\n      op: gte\n'
    expect(lineOf(text, 'when.all[1].not.op')).toBe(5)
    expect(lineOf(text, 'when.all[0]')).toBe(2)
    expect(lineOf(text, 'when.all[0].value')).toBe(2)
    expect(lineOf(text, 'when')).toBeUndefined()
  })
})

describe('an error of the server', () => {
  it('is told at its node, without the way to it', () => {
    const refused = new ApiError(400, 'malformed', 'vip: when.all[1].segment: no segment x', 'known segments: y', { node: 'vip: when.all[1].segment' })
    const error = nodeError(refused)!
    expect(error).toEqual({ at: 'when.all[1].segment', message: 'no segment x', hint: 'known segments: y' })
    expect(isInside(error, 'when.all[1]')).toBe(true)
    expect(isInside(error, 'when.all[10]')).toBe(false)
    expect(isInside(error, 'when.all[1].seg')).toBe(false)
  })

  it('of another kind belongs to the page', () => {
    expect(nodeError(new ApiError(500, 'internal_error', 'oops'))).toBeUndefined()
    expect(nodeError(new Error('oops'))).toBeUndefined()
  })
})

describe('values as one types them', () => {
  it.each([['12', 12], ['-1.5', -1.5], ['true', true], ['"12"', '12'], ['IN', 'IN'], ['1e3', '1e3'], ['', '']] as const)('%s is %j', (text, value) => {
    expect(typed(text)).toBe(value)
    expect(typed(shown(value))).toBe(value)
  })

  it('come in lists too', () => {
    expect(typedList('a, 2 , "3"')).toEqual(['a', 2, '3'])
    expect(shownList(['a', 2, '3'])).toBe('a, 2, "3"')
  })

  it('stay with another operator where they still mean something', () => {
    const plan = { trait: 'plan', op: 'eq', value: 'pro' }
    expect(withOperator(plan, 'ne')).toEqual({ trait: 'plan', op: 'ne', value: 'pro' })
    expect(withOperator(plan, 'in')).toEqual({ trait: 'plan', op: 'in', value: ['pro'] })
    expect(withOperator(plan, 'exists')).toEqual({ trait: 'plan', op: 'exists' })
    expect(withOperator(plan, 'in_last')).toEqual({ trait: 'plan', op: 'in_last', value: '30d' })
  })
})

describe('paths', () => {
  it.each([['properties.total', 'total'], ['timestamp', 'timestamp'], ['context.page.path', 'context.page.path'], ['properties.type', 'properties.type']])('%s is shown as %s', (path, text) => {
    expect(shortPath(path)).toBe(text)
    expect(longPath(text)).toBe(path)
  })

  it('lead into lists and objects, with the values seen there', () => {
    const products = [[{ sku: 'a', price: 3 }, { sku: 'b' }]]
    expect(innerPaths('products', products)).toEqual(['products[].sku', 'products[].price'])
    expect(innerPaths('total', [12])).toEqual(['total'])
    expect(valuesAt('properties.products[].sku', [{ name: 'products', examples: products }])).toEqual(['a', 'b'])
  })
})

describe('a computed trait', () => {
  it('comes back as it was', () => {
    for (const { trait } of SHOP.traits) expect(toComputation(readComputation(trait)!)).toEqual(trait)
    const rate = { rate: { count: 'A', where: [{ path: 'brand', value: 'x' }] }, per: 'week', during: { last: '28d' } }
    expect(toComputation(readComputation(rate)!)).toEqual(rate)
    const visit = { sum: 'A', path: 'properties.x', during: { last: '1d' }, session: '30m' }
    expect(toComputation(readComputation(visit)!)).toEqual(visit)
  })

  it('keeps its events when it is computed otherwise', () => {
    const parts = readComputation({ count: 'A', where: [{ path: 'brand', value: 'x' }] })!
    for (const kind of [...AGGREGATES, 'days_since', 'rate'] as const) expect(readComputation(toComputation(withKind(parts, kind)))).toMatchObject({ kind, events: 'A' })
  })

  it('is a sentence in each language', () => {
    expect(computationWords(voices.en, { sum: 'Order Completed', path: 'properties.total', during: { last: '90d' } })).toBe('the sum of total of Order Completed in the last 90 days')
    expect(computationWords(voices.en, { days_since: '*' })).toBe('the days since any event')
    expect(computationWords(voices.en, { model: 'churn', every: '7d' })).toBe('Churn risk, from the model “Churn risk”, every week')
    expect(computationWords(voices.en, { model: 'horoscope', trait: 'luck' })).toBe('luck, from the model “horoscope”, every day')
    for (const voice of Object.values(voices)) for (const kind of COMPUTATIONS) expect(voice.t(`traits.kind.${kind}`)).not.toMatch(/traits\./)
  })

  it('knows what is still open', () => {
    expect(isHoled(readComputation({ sum: 'A', path: '' })!)).toBe(true)
    expect(isHoled(readComputation({ count: 'A' })!)).toBe(false)
    expect(isHoled(readComputation({ expression: ' ' })!)).toBe(true)
  })
})
