/**
 * Writes the licences of what the engine contains: the crates that cargo compiled for it, QuickJS among them, Rust's
 * std, and what clang and wasi-libc link in.
 *
 *   bun notices.ts <messages of cargo build> <notices>
 */
import { dirname } from 'node:path'
import { formatNotices, lendTexts, type Package, readLicences } from '../../../scripts/licences'

interface Message {
  readonly reason: string
  readonly manifest_path?: string
  readonly filenames?: readonly string[]
}

interface Manifest {
  readonly package: {
    readonly name: string
    readonly version: string
    readonly license?: string
    readonly repository?: string
  }
}

const ENGINE = dirname(import.meta.dir)
/** The sources of std, as Debian installs them. */
const STD = '/rustlib/src/rust/library/'

const [messagesPath = '', noticesPath = ''] = process.argv.slice(2)
const messages = (await Bun.file(messagesPath).text()).trim().split('\n')
const manifests = new Set(
  messages
    .map((line): Message => JSON.parse(line))
    .filter(({ filenames }) => filenames?.some((file) => file.includes('/wasm32-wasip1/')))
    .flatMap(({ manifest_path }) => manifest_path ?? []),
)
const crates = [...manifests].filter((path) => !path.includes(STD) && dirname(path) !== ENGINE)
const packages = lendTexts([...(await Promise.all(crates.map(readCrate))), ...(await Promise.all(debianPackages()))])
const textless = packages.find(({ texts }) => texts.length === 0)
if (textless) throw new Error(`no text of the licence of ${textless.name}`)
await Bun.write(noticesPath, formatNotices('The engine, sandbox/engine.wasm, contains', packages))

async function readCrate(path: string): Promise<Package> {
  const { name, version, license, repository } = (Bun.TOML.parse(await Bun.file(path).text()) as Manifest).package
  if (!license || !repository) throw new Error(`${name} names no licence, or not where its source is`)
  return { name, version, licence: license, home: repository, texts: await readLicences(dirname(path)) }
}

/** Their versions are Debian's without its revisions, their texts what Debian says of the sources. */
function debianPackages(): Promise<Package>[] {
  const doc = (name: string) => `/usr/share/doc/${name}/copyright`
  return [
    debianPackage('rust-web-src', {
      name: "Rust's std",
      licence: 'MIT OR Apache-2.0',
      home: 'https://github.com/rust-lang/rust',
      // Debian's text is about the compiler and all its tools, too.
      file: (version) => `/usr/src/rustc-${version}/COPYRIGHT`,
    }),
    debianPackage('wasi-libc', {
      name: 'wasi-libc',
      licence: 'MIT AND BSD-2-Clause AND CC0-1.0',
      home: 'https://github.com/WebAssembly/wasi-libc',
      file: () => doc('wasi-libc'),
    }),
    debianPackage('libclang-rt-19-dev-wasm32', {
      name: 'compiler-rt',
      licence: 'Apache-2.0 WITH LLVM-exception',
      home: 'https://github.com/llvm/llvm-project',
      file: () => doc('libclang-rt-19-dev-wasm32'),
    }),
  ]
}

interface Linked extends Omit<Package, 'version' | 'texts'> {
  readonly file: (version: string) => string
}

async function debianPackage(name: string, { file, ...linked }: Linked): Promise<Package> {
  const [, shown = ''] = Bun.spawnSync(['dpkg-query', '--show', name]).stdout.toString().trim().split('\t')
  const version = shown.replace(/^\d+:/, '').replace(/(?:\+dfsg.*|-[^-]*)$/, '')
  const path = file(version)
  return { ...linked, version, texts: [{ file: 'copyright', text: await Bun.file(path).text() }] }
}
