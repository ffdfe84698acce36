/** What the engine was made from and what came out, as one comparable value. */
import { join } from 'node:path'

const ENGINE = join(import.meta.dir, '..')
const SANDBOX = join(ENGINE, '..')
const ARTEFACTS = ['engine.wasm', 'engine.notices.txt', 'program.template.wasm', 'standalone.template.wasm']

/** One hash over the names and contents of all files of sandbox/engine. */
export async function hashSources(): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256')
  const glob = new Bun.Glob('**/*')
  const files = await Array.fromAsync(glob.scan({ cwd: ENGINE, dot: true }))
  const sources = files.filter((file) => !/^(node_modules|target)\//.test(file)).sort()
  for (const file of sources) hasher.update(`${file}\0${await hashFile(join(ENGINE, file))}\0`)
  return hasher.digest('hex')
}

/** By name, the SHA-256 of each file that the build makes. */
export async function hashArtefacts(): Promise<Record<string, string>> {
  const hashes = ARTEFACTS.map(async (name) => [name, await hashFile(join(SANDBOX, name))] as const)
  return Object.fromEntries(await Promise.all(hashes))
}

async function hashFile(path: string): Promise<string> {
  return new Bun.CryptoHasher('sha256').update(await Bun.file(path).bytes()).digest('hex')
}
