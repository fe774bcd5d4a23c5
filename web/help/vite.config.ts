import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import { ICONS, NO_ICON } from './icons'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** The lines of each sign (lucide, ISC) for the server, which writes those a page shows into it: no request, no script. */
const signs: Plugin = {
  name: 'signs',
  generateBundle() {
    const drawn = Object.entries({ '': NO_ICON, ...ICONS }).map(([name, Icon]) => {
      const svg = renderToStaticMarkup(createElement(Icon))
      return [name, svg.slice(svg.indexOf('>') + 1, svg.lastIndexOf('</svg>'))]
    })
    this.emitFile({ type: 'asset', fileName: 'icons.json', source: JSON.stringify(Object.fromEntries(drawn)) })
  },
}

/** One style sheet and one deferred script; the server reads their names from the manifest. */
export default defineConfig({
  root: path('.'),
  base: '/help-assets/',
  publicDir: false,
  plugins: [signs],
  build: {
    outDir: path('../../src/hark/static/help'),
    assetsDir: '.',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    manifest: 'manifest.json',
    target: 'es2022',
    rollupOptions: { input: { script: path('./help.ts'), style: path('./help.css') } },
  },
})
