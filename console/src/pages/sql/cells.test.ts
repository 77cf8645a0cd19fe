import { describe, expect, it } from 'vitest'

import { cellText, isNumeric, toCsv } from './cells'

describe('cells of an SQL result', () => {
  it('knows which columns hold numbers', () => {
    expect(['BIGINT', 'int64', 'DOUBLE', 'DECIMAL(18,2)', 'UINTEGER'].every(isNumeric)).toBe(true)
    expect(['VARCHAR', 'TIMESTAMP', 'INTERVAL', undefined].some(isNumeric)).toBe(false)
  })

  it('shows null apart from empty text', () => {
    expect(cellText(null)).not.toBe(cellText(''))
    expect(cellText({ a: 1 })).toBe('{"a":1}')
  })

  it('writes CSV that reads back', () => {
    const csv = toCsv({ columns: ['a', 'b'], rows: [['x,y', null], ['say "hi"', 1.5]] })
    expect(csv).toBe('a,b\r\n"x,y",\r\n"say ""hi""",1.5\r\n')
  })

  it('lets no cell become a formula, and leaves negative numbers alone', () => {
    expect(toCsv({ columns: ['a'], rows: [['=HYPERLINK("x")'], [-3]] })).toBe('a\r\n"\'=HYPERLINK(""x"")"\r\n-3\r\n')
    expect(toCsv({ columns: ['a'], rows: [['+919812345678'], ['-2.5'], ['+A1'], ['-1-2']] })).toBe("a\r\n+919812345678\r\n-2.5\r\n'+A1\r\n'-1-2\r\n")
  })
})
