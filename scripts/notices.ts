/**
 * Writes the licences of what the program contains, which it prints itself: the packages that Bun puts into it, by the
 * record of a build, those of the page of reports, which is in it as a text and has a record of its own, the engine's
 * crates, by sandbox/engine.notices.txt, and Bun itself.
 *
 *   bun scripts/notices.ts <record of the build> <notices>
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pageScript } from '../src/backtest/report/bundle'
import { formatNotices, type Package, readLicences } from './licences'
import runtime from './runtime.json'

/** What `bun build --metafile` writes, as far as it is of use here. */
interface BuildRecord {
  readonly inputs: Readonly<Record<string, unknown>>
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly repository?: string | { readonly url: string }
  readonly homepage?: string
}

const ROOT = dirname(import.meta.dir)

const HEADING = `Meltica contains software of others: packages of npm, the runtime Bun, and what is in the engine, sandbox/engine.wasm;
QuickJS among that, whose text is beside that of the crate which compiles it, rquickjs-sys.

The packages of npm:`

const linked = runtime.map(({ name, licence, home }) => `  ${name}, ${licence}, ${home}`).join('\n')
const RUNTIME = `The runtime is Bun ${Bun.version}, MIT, https://github.com/oven-sh/bun. It is linked with

${linked}

Of these, JavaScriptCore and tinycc are under the LGPL: you may change them, and link Bun with them again as its
LICENSE.md says. The program is the file of that Bun with the bundle of Meltica behind it: the sources of Meltica, built
with that Bun (make build), give such a program. The texts of these licences are where the sources are.`

/** Where the sources are of packages that do not say. */
const SOURCES: Readonly<Record<string, string>> = { 'fancy-canvas': 'github:tradingview/fancy-canvas' }

/** The folder of the package that a file is from; undefined for our own. */
function folderOf(input: string): string | undefined {
  return /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]
}

async function readPackage(folder: string): Promise<Package> {
  const manifest: Manifest = await Bun.file(resolve(ROOT, folder, 'package.json')).json()
  const { name, version, license, repository, homepage } = manifest
  const source = typeof repository === 'string' ? repository : (repository?.url ?? homepage ?? SOURCES[name])
  if (!license) throw new Error(`${folder}/package.json names no licence`)
  if (!source) throw new Error(`${folder}/package.json says nowhere where its source is`)
  return {
    name,
    version,
    licence: license,
    home: webAddress(source),
    texts: await readLicences(resolve(ROOT, folder)),
  }
}

/** From the forms that npm takes, such as `git+https://…/a.git`, `git://…`, `github:a/b` or `a/b`. */
function webAddress(source: string): string {
  const path = source
    .replace(/^git\+/, '')
    .replace(/^(?:github:|git@github\.com:)/, '')
    .replace(/\.git$/, '')
  return path.includes('://') ? path.replace(/^\w+:\/\/(?:\w+@)?/, 'https://') : `https://github.com/${path}`
}

/** What the page of reports is made of. */
function pageInputs(): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-page-'))
  try {
    const path = join(folder, 'contents.json')
    pageScript(`--metafile=${path}`)
    const { inputs }: BuildRecord = JSON.parse(readFileSync(path, 'utf8'))
    return Object.keys(inputs)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const [recordPath = '', noticesPath = ''] = process.argv.slice(2)
const record: BuildRecord = await Bun.file(recordPath).json()
const folders = new Set([...Object.keys(record.inputs), ...pageInputs()].flatMap((input) => folderOf(input) ?? []))
if (folders.size === 0) throw new Error(`${recordPath} names no package`)
const packages = await Promise.all([...folders].map(readPackage))
const engine = await Bun.file(join(ROOT, 'sandbox/engine.notices.txt')).text()
const line = '='.repeat(80)
await Bun.write(noticesPath, `${formatNotices(HEADING, packages)}\n${line}\n\n${RUNTIME}\n\n${line}\n\n${engine}`)
