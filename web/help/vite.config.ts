import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** One style sheet and one deferred script; the server reads their names from the manifest. */
export default defineConfig({
  root: path('.'),
  base: '/help-assets/',
  publicDir: false,
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
