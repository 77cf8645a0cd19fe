import { afterEach, expect, it, vi } from 'vitest'

import { ApiError, Client, queryString } from './client'

afterEach(() => vi.unstubAllGlobals())

function answer(status: number, body: unknown): ReturnType<typeof vi.fn> {
  const fetched = vi.fn(() => Promise.resolve(new Response(JSON.stringify(body), { status })))
  vi.stubGlobal('fetch', fetched)
  return fetched
}

it('leaves out of the address what is empty', () => {
  expect(queryString({ q: '', source: 'web shop', n: 0, gone: undefined, off: false })).toBe('?source=web+shop&n=0')
  expect(queryString()).toBe('')
})

it('sends the CSRF token with writes only', async () => {
  const fetched = answer(200, {})
  const client = new Client()
  client.useCsrf('token')
  await client.get('/sources')
  await client.post('/sources', { name: 'x' })
  const headers = fetched.mock.calls.map((call) => (call[1] as RequestInit).headers as Record<string, string>)
  expect(headers.map((each) => each['X-CSRF-Token'])).toEqual([undefined, 'token'])
})

it('carries what the server says about an error', async () => {
  answer(409, { error: { code: 'conflict', message: 'taken', hint: 'choose another', details: { name: 'x' } } })
  await expect(new Client().get('/x')).rejects.toMatchObject({ status: 409, code: 'conflict', hint: 'choose another' })
})

it('gives a server that is gone a code of its own', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')))
  const error: unknown = await new Client().get('/x').catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 0, code: 'unreachable' })
})
