import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export default defineConfig({
  root: path('./agent'),
  plugins: [react(), tailwindcss()],
  build: {
    outDir: path('../src/hark/static/agent'),
    emptyOutDir: true,
    // Fonts and icons as data: addresses would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    target: 'es2022',
  },
  server: {
    proxy: {
      // Not the sources of the same name: agent/api/client.ts is no route.
      '^/api/(?!.*\\.tsx?($|\\?))': { target: process.env.HARK_URL ?? 'http://127.0.0.1:8000', ws: true },
    },
  },
  test: { root: path('.'), environment: 'node', include: ['{agent,shared,widget}/**/*.test.ts?(x)'] },
})
