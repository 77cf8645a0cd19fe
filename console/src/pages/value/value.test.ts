import { describe, expect, it } from 'vitest'

import { ApiError } from '@/api/client'
import { isTooLittle } from '@/api/value'

import { freeKey } from './keys'
import { moneyOf } from './money'
import { readDraft, settingsOf } from './settings'

const SETTINGS = { orders: ['Order Completed'], refunds: [], revenue: ['revenue', 'total'], order_id: ['order_id'], category: ['category'], churn_days: 90, propensity_days: 30, value_months: 12, lookback_days: 30, zone: 'UTC' }

describe('the settings of customer value', () => {
  it('are the same when nothing was changed', () => {
    expect(settingsOf(SETTINGS, readDraft(SETTINGS))).toEqual(SETTINGS)
  })

  it('take names apart at commas, and keep what the page does not show', () => {
    const draft = { ...readDraft(SETTINGS), orders: ' Paid,  Order Completed, ', churn_days: '60' }
    expect(settingsOf(SETTINGS, draft)).toEqual({ ...SETTINGS, orders: ['Paid', 'Order Completed'], churn_days: 60 })
  })

  it('cannot be without orders, or with lengths that are none', () => {
    const draft = readDraft(SETTINGS)
    expect(settingsOf(SETTINGS, { ...draft, orders: ' ,' })).toBeUndefined()
    expect(settingsOf(SETTINGS, { ...draft, churn_days: '0' })).toBeUndefined()
    expect(settingsOf(SETTINGS, { ...draft, churn_days: 'long' })).toBeUndefined()
  })
})

describe('a key', () => {
  it('gets a number when it is taken', () => {
    expect(freeKey('rfm_class', [])).toBe('rfm_class')
    expect(freeKey('rfm_class', ['rfm_class', 'rfm_class_2'])).toBe('rfm_class_3')
  })
})

describe('money', () => {
  it('is written with its currency, or without one', () => {
    expect(moneyOf('en', 'INR').short(1234.6)).toBe('₹1,235')
    expect(moneyOf('en', null).short(1234.6)).toBe('1,235')
    expect(moneyOf('en', 'EUR').short(2_340_000)).toBe('€2.34M')
    expect(moneyOf('en', 'EUR').full(12.345)).toBe('€12.35')
  })
})

describe('too little data', () => {
  it('is told by its code; other conflicts are errors', () => {
    expect(isTooLittle(new ApiError(409, 'too_little', ''))).toBe(true)
    expect(isTooLittle(new ApiError(409, 'conflict', ''))).toBe(false)
  })
})
