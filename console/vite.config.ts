import { fileURLToPath } from 'node:url'

import optimizeLocales from '@react-aria/optimize-locales-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

import { budgets } from './plugins/budgets.ts'
import { layerOrder } from './plugins/layers.ts'
import { precompress } from './plugins/precompress.ts'
import { browserSdk } from './plugins/sdk.ts'

const OUT = fileURLToPath(new URL('../src/rapport/console_dist', import.meta.url))
const SERVER = process.env.RAPPORT_URL ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [
    react(),
    { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN', 'ar-AE'] }), enforce: 'pre' },
    layerOrder(),
    browserSdk(),
    budgets({ shell: 150_000, route: 400_000 }),
    precompress(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { outDir: OUT, emptyOutDir: true, license: { fileName: 'licenses.md' }, assetsInlineLimit: 0 },
  // The server refuses writes whose origin is not its own host: it has to see the browser's.
  server: { proxy: Object.fromEntries(['/api', '/v1', '/analytics.js'].map((path) => [path, { target: SERVER, changeOrigin: false }])) },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
