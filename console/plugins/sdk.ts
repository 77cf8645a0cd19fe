import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Plugin } from 'vite'

const PACKAGE = fileURLToPath(new URL('../node_modules/@segment/analytics-next', import.meta.url))

/**
 * Copies the published MIT browser SDK into `sdk/`: `analytics.min.js`, in which the server fills in
 * the write key and its own address, and the parts that it loads from `/analytics-next/bundles/`.
 */
export function browserSdk(): Plugin {
  let folder = ''
  return {
    name: 'rapport:browser-sdk',
    apply: 'build',
    configResolved(config) {
      folder = join(config.build.outDir, 'sdk')
    },
    closeBundle: { order: null, sequential: true, handler: () => copySdk(folder) },
  }
}

function copySdk(folder: string): void {
  const umd = join(PACKAGE, 'dist/umd')
  mkdirSync(folder, { recursive: true })
  const entry = readFileSync(join(umd, 'standalone.js'), 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
  writeFileSync(join(folder, 'analytics.min.js'), entry)
  copyFileSync(join(PACKAGE, 'LICENSE.MD'), join(folder, 'LICENSE.txt'))
  for (const name of readdirSync(umd)) {
    if (/\.bundle\.[0-9a-f]+\.js$/.test(name)) copyFileSync(join(umd, name), join(folder, name))
  }
}
