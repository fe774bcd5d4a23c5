/**
 * Puts the faces that PDF files are set in beside the built pages: Pretendard (SIL OFL 1.1) has Latin and Hangul, and
 * its package brings them as TrueType, which PDF files embed; the licence stands in the files themselves. `node fonts.mjs` after the builds.
 */
import { copyFileSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
mkdirSync(path('../src/hark/static/fonts/'), { recursive: true })
for (const weight of ['Regular', 'SemiBold']) {
  copyFileSync(path(`./node_modules/pretendard/dist/public/static/alternative/Pretendard-${weight}.ttf`), path(`../src/hark/static/fonts/Pretendard-${weight}.ttf`))
}
