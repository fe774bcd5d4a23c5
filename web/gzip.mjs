/**
 * Puts a gzipped copy beside every built file that gets smaller by it, once per build instead of once per visitor.
 * The web process serves the copy to browsers that take it. `node gzip.mjs` after the builds.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const WORTH_IT = /\.(js|css|html|svg|json)$/
const SMALLEST = 500

for (const place of ['agent', 'widget', 'help']) {
  const folder = fileURLToPath(new URL(`../src/hark/static/${place}/`, import.meta.url))
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!WORTH_IT.test(name)) continue
    const body = readFileSync(folder + name)
    if (body.length >= SMALLEST) writeFileSync(`${folder + name}.gz`, gzipSync(body, { level: 9 }))
  }
}
