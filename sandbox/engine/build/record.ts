/** Writes sandbox/engine.json: which sources and which tools made the engine, and what came out. */
import { join } from 'node:path'
import packages from '../package.json'
import { hashArtefacts, hashSources } from './sources'

const DEBIAN = ['rustc-web', 'rust-web-src', 'clang-19', 'lld-19', 'libclang-rt-19-dev-wasm32', 'wasi-libc', 'llvm']
const CRATES = ['javy', 'javy-plugin-api', 'rquickjs-sys', 'wit-bindgen']

const lock = await Bun.file(join(import.meta.dir, '../Cargo.lock')).text()

const record = {
  sources: await hashSources(),
  artefacts: await hashArtefacts(),
  versions: {
    debian: byName(DEBIAN, (name) => output('dpkg-query', '--show', name).split('\t')[1]),
    cargo: output('cargo', '--version').split(' ')[1],
    crates: byName(CRATES, (name) => new RegExp(`name = "${name}"\nversion = "(.+)"`).exec(lock)?.[1]),
    npm: packages.devDependencies,
  },
}
await Bun.write(join(import.meta.dir, '../../engine.json'), `${JSON.stringify(record, null, 2)}\n`)

function byName(
  names: readonly string[],
  version: (name: string) => string | undefined,
): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, version(name)]))
}

function output(...command: string[]): string {
  return Bun.spawnSync(command).stdout.toString().trim()
}
