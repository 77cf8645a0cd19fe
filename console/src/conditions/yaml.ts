import { isMap, isSeq, LineCounter, parse, parseDocument, stringify, YAMLParseError } from 'yaml'

/** As the files of `rapport apply` have it, without the definition around it. */
export function toYaml(tree: unknown): string {
  return stringify(tree, { lineWidth: 0, flowCollectionPadding: false, aliasDuplicateObjects: false })
}

/** What was written, of any shape; or the line where it cannot be read. */
export function readYaml(text: string): { data: unknown } | { line: number } {
  try {
    // Dates stay texts, as the language has them.
    return { data: parse(text, { maxAliasCount: 0, schema: 'core' }) as unknown }
  } catch (error) {
    return { line: error instanceof YAMLParseError ? (error.linePos?.[0].line ?? 1) : 1 }
  }
}

/** The line of a node that an error names (`when.all[1].where[0].op`), as near as the text has it. */
export function lineOf(text: string, node: string): number | undefined {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  let here: unknown = document.contents
  let offset: number | undefined
  for (const key of keysOf(node)) {
    if (isMap(here)) {
      const pair = here.items.find((each) => String(each.key) === key)
      if (!pair) break
      offset = rangeOf(pair.key) ?? offset
      here = pair.value
    } else if (isSeq(here)) {
      here = here.items[Number(key)]
      offset = rangeOf(here) ?? offset
    } else break
  }
  return offset === undefined ? undefined : counter.linePos(offset).line
}

/** `when.all[1].op` → all, 1, op: the first name is the definition's. */
function keysOf(node: string): string[] {
  return [...node.matchAll(/[^.[\]]+/g)].map((match) => match[0]).slice(1)
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined
  return Array.isArray(node.range) ? (node.range[0] as number) : undefined
}
