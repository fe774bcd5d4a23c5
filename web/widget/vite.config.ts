import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const OUTPUT = path('../../src/hark/static/widget')

/** Two builds share this file: the frame with its assets, and with `--mode loader` the one script of the host page. */
export default defineConfig(({ mode }) =>
  mode === 'loader'
    ? {
        root: path('.'),
        publicDir: false,
        build: {
          outDir: OUTPUT,
          emptyOutDir: false,
          target: 'es2022',
          // An immediately called function: nothing of it becomes a name of the host page.
          // Whatever an old or locked-up browser refuses stays within.
          rollupOptions: { output: { banner: 'try{', footer: '}catch(e){console.warn("Hark",e)}' } },
          lib: { entry: path('./loader/main.ts'), formats: ['iife'], name: 'harkLoader', fileName: () => 'messenger.js' },
        },
      }
    : {
        root: path('./app'),
        base: '/messenger/',
        publicDir: false,
        oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
        build: {
          outDir: OUTPUT,
          emptyOutDir: true,
          assetsInlineLimit: 0,
          modulePreload: false,
          target: 'es2022',
          rollupOptions: {
            input: path('./app/frame.html'),
            output: {
              // A visitor reads one of the catalogues, and articles are fetched when they are wanted: their names say so.
              chunkFileNames: ({ facadeModuleId }) =>
                `assets/${facadeModuleId?.includes('/strings/') ? 'words-' : facadeModuleId?.includes('/help/') ? 'later-' : ''}[name]-[hash].js`,
            },
          },
        },
      },
)
