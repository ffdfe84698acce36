/** The bill of materials of a release, as CycloneDX 1.6: what is in the binary, and what of npm it was built and tested with. */

import { Factories } from '@cyclonedx/cyclonedx-library/Contrib/License'
import { ComponentScope, ComponentType, ExternalReferenceType, HashAlgorithm } from '@cyclonedx/cyclonedx-library/Enums'
import { Bom, Component, ExternalReference } from '@cyclonedx/cyclonedx-library/Models'
import { JSON as Json, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize'
import { isSupportedSpdxId } from '@cyclonedx/cyclonedx-library/SPDX'
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec'
import { version } from '../../package.json'
import engineRecord from '../../sandbox/engine.json'
import { type Part, parts } from '../../src/cli/licenses/contents'
import { type Locked, readLock } from './lock-file'

export interface Release {
  readonly root: string
  /** The digest of the binary, in hex. */
  readonly sha256: string
  /** When the sources were committed. */
  readonly time: Date
}

/** The same bytes for the same release. */
export async function billOfMaterials({ root, sha256, time }: Release): Promise<string> {
  const lock = await readLock(root)
  const program = new Component(ComponentType.Application, 'meltica', {
    bomRef: 'meltica',
    version,
    purl: `pkg:generic/meltica@${version}`,
  })
  program.hashes.set(HashAlgorithm['SHA-256'], sha256)
  program.licenses.add(licences.makeFromString('MIT'))
  const runtime = component({ name: 'bun', version: Bun.version, licence: 'MIT', home: BUN_HOME, within: 'runtime' })
  runtime.purl = `pkg:github/oven-sh/bun@bun-v${Bun.version}`
  const engine = new Component(ComponentType.Library, 'engine.wasm', { bomRef: 'engine.wasm', version })
  engine.hashes.set(HashAlgorithm['SHA-256'], engineRecord.artefacts['engine.wasm'])

  const bom = new Bom({ serialNumber: serialOf(sha256) })
  bom.metadata.component = program
  bom.metadata.timestamp = time
  const shipped = new Map<string, Part>()
  for (const part of parts()) {
    if (part.within === 'program') shipped.set(`${part.name} ${part.version}`, part)
    else add(component(part), part.within === 'runtime' ? runtime : engine)
  }
  for (const each of [runtime, engine]) add(each, program)
  addPackages(lock, shipped)
  if (shipped.size > 0) throw new Error(`bun.lock has no ${[...shipped.keys()].join(', ')}`)
  const text = new JsonSerializer(new Json.Normalize.Factory(Spec1dot6)).serialize(bom, { sortLists: true, space: 2 })
  return `${text}\n`

  function add(each: Component, user: Component): void {
    bom.components.add(each)
    user.dependencies.add(each.bomRef)
  }

  /** Those that are in the binary are taken out of `inside`. */
  function addPackages(packages: ReadonlyMap<string, Locked>, inside: Map<string, Part>): void {
    const made = new Map<string, Component>()
    const byKey = new Map<string, Component>()
    for (const [key, locked] of packages) {
      const name = `${locked.name} ${locked.version}`
      const each = made.get(name) ?? packageOf(locked, inside.get(name))
      if (each.scope === ComponentScope.Required) program.dependencies.add(each.bomRef)
      inside.delete(name)
      made.set(name, each)
      byKey.set(key, each)
      bom.components.add(each)
    }
    for (const [key, { needs }] of packages) {
      for (const needed of needs) byKey.get(key)?.dependencies.add(byKey.get(needed)!.bomRef)
    }
  }
}

const BUN_HOME = 'https://github.com/oven-sh/bun'
const OPERATORS = new Set(['AND', 'OR', ''])
const EXCEPTIONS = new Set(['LLVM-exception'])

/** Whether an expression is one of SPDX: as a whole it is checked against the schema. */
function checkExpression(expression: string): void {
  const words = expression.split(/[\s()]+/)
  const odd = words.find((word, index) =>
    words[index - 1] === 'WITH'
      ? !EXCEPTIONS.has(word)
      : word !== 'WITH' && !OPERATORS.has(word) && !isSupportedSpdxId(word),
  )
  if (odd !== undefined) throw new Error(`${odd} is no licence of SPDX`)
}

const licences = new Factories.LicenseFactory(checkExpression)

function component({ name, version: its, licence, home, within }: Part): Component {
  const purl = purlOf(name, its, within)
  const made = new Component(ComponentType.Library, name, {
    bomRef: `${within}/${name}${its === undefined ? '' : `@${its}`}`,
    scope: ComponentScope.Required,
    ...(its !== undefined && { version: its }),
    ...(purl !== undefined && { purl }),
  })
  // an old way to write OR
  made.licenses.add(licences.makeFromString(licence.replaceAll('/', ' OR ')))
  made.externalReferences.add(new ExternalReference(home, ExternalReferenceType.VCS))
  return made
}

/** Not all that is in the engine is from crates.io. */
const NO_CRATES = ["Rust's std", 'compiler-rt', 'wasi-libc']

function purlOf(name: string, its: string | undefined, within: Part['within']): string | undefined {
  if (its === undefined || NO_CRATES.includes(name)) return undefined
  if (within === 'engine') return `pkg:cargo/${name}@${encodeURIComponent(its)}`
  return `pkg:npm/${encodeURIComponent(name).replaceAll('%2F', '/')}@${encodeURIComponent(its)}`
}

/** @param part absent of what is not in the binary. */
function packageOf({ name, version: its, sha512 }: Locked, part: Part | undefined): Component {
  const purl = purlOf(name, its, 'program')
  const made = part
    ? component(part)
    : new Component(ComponentType.Library, name, {
        bomRef: `tools/${name}@${its}`,
        version: its,
        scope: ComponentScope.Excluded,
        ...(purl !== undefined && { purl }),
      })
  made.hashes.set(HashAlgorithm['SHA-512'], sha512)
  return made
}

/** RFC 9562 §5.8: of the binary's digest, so that the same binary has the same. */
function serialOf(sha256: string): string {
  const digits = `${sha256.slice(0, 12)}8${sha256.slice(13, 16)}8${sha256.slice(17, 32)}`
  return `urn:uuid:${digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`
}
