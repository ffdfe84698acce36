/** Strategy homes with many revisions that a gateway has seen before. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileStrategy } from '../src/compiler/compile'
import { ValidationCache } from '../src/registry/validation-cache'
import { loadEngine } from '../src/sandbox/engine'
import { digestOf } from '../src/schema/digest'

const PER_STRATEGY = 10

/** A strategy of some 100 lines; its name and a serial make its bytes its own. */
export function hundredLines(name: string, serial: number): string {
  const body = Array.from(
    { length: 88 },
    (_, line) => `      // step ${line}\n      total += price * ${line + 1}`,
  ).slice(0, 44)
  return `module.exports = {
  metadata: { name: '${name}', tag: 'v${serial}', displayName: 'Bench', description: 'A strategy of a benchmark', config: [], events: ['Trade'] },
  create({ helpers }) {
    let total = ${serial}
    return {
      onTrade(ctx, evt, payload, price) {
${body.join('\n')}
        if (total < 0) helpers.log(total)
      },
    }
  },
}
`
}

export const nameOf = (strategy: number): string => `bench-${String(strategy).padStart(5, '0')}`

/** @param revisions ten of each strategy, with a tag for each and `latest`. */
export async function writeHome(home: string, revisions: number): Promise<void> {
  mkdirSync(join(home, '.meltica'), { recursive: true })
  const engine = await loadEngine()
  const compiled = compileStrategy(engine, new TextEncoder().encode(hundredLines('bench-00000', 0)))
  if (!('program' in compiled)) throw new Error(JSON.stringify(compiled.diagnostics))
  const compile = () => Promise.reject(new Error('nothing is compiled here'))
  const validations = new ValidationCache(
    join(home, '.meltica/verdicts.jsonl'),
    { engineHash: engine.hash, compile },
    () => undefined,
  )
  const registry: Record<
    string,
    { tags: Record<string, string>; hashes: Record<string, { tag: string; path: string }> }
  > = {}
  for (let serial = 0; serial < revisions; serial++) {
    const name = nameOf(Math.floor(serial / PER_STRATEGY))
    const source = new TextEncoder().encode(hundredLines(name, serial))
    const hash = digestOf(source)
    const tag = `v${serial}`
    const folder = `${name}/${hash.slice('sha256:'.length)}`
    mkdirSync(join(home, folder), { recursive: true })
    writeFileSync(join(home, folder, `${name}.js`), source)
    writeFileSync(join(home, folder, `${name}.wasm`), compiled.program)
    const entry = registry[name] ?? { tags: {}, hashes: {} }
    registry[name] = entry
    entry.tags[tag] = hash
    entry.tags.latest = hash
    entry.hashes[hash] = { tag, path: `${folder}/${name}.js` }
    validations.keep(hash, { ...compiled, metadata: { ...compiled.metadata, name, tag } })
  }
  appendFileSync(join(home, 'registry.json'), `${JSON.stringify(registry, null, 2)}\n`)
}
