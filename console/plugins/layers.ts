import type { Plugin } from 'vite'

const ORDER = '@layer reset, tokens, base, ui, pages;\n'

/** Every stylesheet states the order of layers, since which one the browser sees first is chance. */
export function layerOrder(): Plugin {
  return {
    name: 'rapport:layers',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/.*\.css$/ },
      handler: (code) => ({ code: ORDER + code, map: null }),
    },
  }
}
