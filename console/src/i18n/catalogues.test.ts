import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import ar from './ar'
import en from './en'
import zh from './zh-CN'

type Tree = { [key: string]: string | Tree }

const CATALOGUES = { en, 'zh-CN': zh, ar } as Record<string, Tree>
const PLURAL = /_(zero|one|two|few|many|other)$/

function flatten(tree: Tree, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(tree)) {
    const key = path ? `${path}.${name}` : name
    if (typeof value === 'string') found.set(key, value)
    else for (const [inner, text] of flatten(value, key)) found.set(inner, text)
  }
  return found
}

const bases = (catalogue: Tree) => new Set([...flatten(catalogue).keys()].map((key) => key.replace(PLURAL, '')))
const english = bases(CATALOGUES.en!)

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\./.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
}

const code = sources(join(import.meta.dirname, '..')).join('\n')

describe.each(Object.keys(CATALOGUES))('the catalogue %s', (language) => {
  const texts = flatten(CATALOGUES[language]!)

  it('has the same keys as the English one', () => {
    expect([...bases(CATALOGUES[language]!)].toSorted()).toEqual([...english].toSorted())
  })

  it('leaves no text empty', () => {
    expect([...texts].filter(([, text]) => !text.trim())).toEqual([])
  })

  it('has every plural form of its language', () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    const counted = new Set([...texts.keys()].filter((key) => PLURAL.test(key)).map((key) => key.replace(PLURAL, '')))
    const missing = [...counted].flatMap((key) => forms.map((form) => `${key}_${form}`)).filter((key) => !texts.has(key))
    expect(missing).toEqual([])
  })

  it('fills in only values that the English text has too', () => {
    const slots = (text: string) => new Set(text.match(/\{\{\w+\}\}/g))
    const original = flatten(CATALOGUES.en!)
    const strange = [...texts].filter(([key, text]) => {
      const twin = original.get(key) ?? original.get(key.replace(PLURAL, '_other')) ?? ''
      return [...slots(text)].some((slot) => !slots(twin).has(slot))
    })
    expect(strange).toEqual([])
  })
})

describe('the console', () => {
  it('uses every key', () => {
    const literal = new Set([...code.matchAll(/['"`]([a-zA-Z][\w]*(?:\.[\w]+)+)['"`]/g)].map((match) => match[1]))
    const open = [...code.matchAll(/`([a-zA-Z]\w*(?:\.\w+)*\.)\$\{[^`]*?\}([\w.]*)`/g)].map((match) => [match[1]!, match[2]!] as const)
    const used = (key: string) =>
      literal.has(key) || open.some(([start, end]) => key.startsWith(start) && key.endsWith(end))
    expect([...english].filter((key) => !used(key))).toEqual([])
  })
})
