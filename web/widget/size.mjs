/**
 * Weighs the built messenger as it goes over the wire (gzip) and fails above its budgets: a host page lends us its visitors'
 * patience. `node widget/size.mjs` after `npm run build`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const BUDGETS = { loader: 2_048, app: 30_720, articles: 6_144 }
const folder = fileURLToPath(new URL('../../src/hark/static/widget/', import.meta.url))

if (!existsSync(`${folder}messenger.js`) || !existsSync(`${folder}frame.html`)) {
  console.error('The messenger is not built: run `npm run build` first.')
  process.exit(1)
}

const gzipped = (name) => gzipSync(readFileSync(folder + name), { level: 9 }).length
const assets = readdirSync(`${folder}assets`).filter((name) => /\.(js|css)$/.test(name))
// A visitor reads one language: the heaviest catalogue counts, however many there are.
const isCatalogue = (name) => name.startsWith('words-')
// Search and articles come when somebody opens a messenger that has some.
const isLater = (name) => name.startsWith('later-')
const later = assets.filter(isLater).reduce((sum, name) => sum + gzipped(`assets/${name}`), 0)
const frame = assets.filter((name) => !isCatalogue(name) && !isLater(name)).reduce((sum, name) => sum + gzipped(`assets/${name}`), 0)
const catalogue = Math.max(...assets.filter(isCatalogue).map((name) => gzipped(`assets/${name}`)))
const sizes = { loader: gzipped('messenger.js'), app: frame + catalogue, articles: later }

for (const [name, size] of Object.entries(sizes)) {
  console.log(`${name}: ${size} of ${BUDGETS[name]} bytes gzipped`)
  if (size > BUDGETS[name]) {
    console.error(`The ${name} is ${size - BUDGETS[name]} bytes too heavy.`)
    process.exitCode = 1
  }
}
