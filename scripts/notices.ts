/**
 * Writes the licences of what dist/meltica contains: the packages that Bun put into it, by the record of that build, those
 * of the page of reports, which is in it as a text and has a record of its own, the engine's crates, by sandbox/engine.notices.txt, and Bun itself.
 *
 *   bun scripts/notices.ts <record of the build> <notices>
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pageScript } from '../src/backtest/report/bundle'
import { formatNotices, type Package, readLicences } from './licences'

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

const HEADING = `Meltica contains software of others. First the packages of npm, then what is in the engine, sandbox/engine.wasm.

The program runs on Bun ${Bun.version}, which is part of it: MIT, https://github.com/oven-sh/bun. Bun contains
JavaScriptCore (LGPL-2.1) and other libraries, which https://bun.com/docs/project/license lists.`

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
    .replace(/^github:/, '')
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
await Bun.write(noticesPath, `${formatNotices(HEADING, packages)}\n${'='.repeat(80)}\n\n${engine}`)
