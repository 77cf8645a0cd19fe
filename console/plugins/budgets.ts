import { gzipSync } from 'node:zlib'

import type { OutputBundle, OutputChunk } from 'rolldown'
import type { Plugin } from 'vite'

interface Budget {
  /** Bytes after gzip of what every page loads: entry script and its static imports. */
  shell: number
  /** Bytes after gzip of a page: the shell plus its own chunk with static imports. */
  route: number
}

/** Fails the build when the shell or a page grows over its budget. */
export function budgets(budget: Budget): Plugin {
  return {
    name: 'rapport:budgets',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((item): item is OutputChunk => item.type === 'chunk')
      const shell = closure(bundle, chunks.filter((chunk) => chunk.isEntry))
      const over: string[] = []
      const note = (name: string, files: Set<string>, limit: number) => {
        const size = [...files].reduce((sum, file) => sum + packed(bundle, file), 0)
        this.info(`${name}: ${(size / 1000).toFixed(1)} kB gzip`)
        if (size > limit) over.push(`${name} is ${size} bytes after gzip, over its budget of ${limit}`)
      }
      note('shell', shell, budget.shell)
      for (const page of chunks.filter((chunk) => /\/pages\/.*Page\.tsx$/.test(chunk.facadeModuleId ?? ''))) {
        note(page.name, new Set([...shell, ...closure(bundle, [page])]), budget.route)
      }
      if (over.length) this.error(over.join('\n'))
    },
  }
}

function closure(bundle: OutputBundle, roots: OutputChunk[]): Set<string> {
  const seen = new Set<string>()
  const visit = (file: string) => {
    const chunk = bundle[file]
    if (seen.has(file) || chunk?.type !== 'chunk') return
    seen.add(file)
    chunk.imports.forEach(visit)
  }
  roots.forEach((root) => visit(root.fileName))
  return seen
}

function packed(bundle: OutputBundle, file: string): number {
  const chunk = bundle[file]
  return chunk?.type === 'chunk' ? gzipSync(chunk.code).length : 0
}
