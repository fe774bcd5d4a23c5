/**
 * Puts a copy in Brotli and one in gzip beside every built file that gets smaller by it, once per build instead of once per
 * visitor. The web process serves the one a browser wants. `node pack.mjs` after the builds.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const WORTH_IT = /\.(js|css|html|svg|json)$/
const SMALLEST = 500

for (const place of ['agent', 'widget', 'help']) {
  const folder = fileURLToPath(new URL(`../src/hark/static/${place}/`, import.meta.url))
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!WORTH_IT.test(name)) continue
    const body = readFileSync(folder + name)
    if (body.length < SMALLEST) continue
    writeFileSync(`${folder + name}.gz`, gzipSync(body, { level: 9 }))
    writeFileSync(`${folder + name}.br`, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }))
  }
}
