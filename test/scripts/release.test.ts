/** What a release says of itself: a bill of materials that is valid and complete, and bytes that depend on the sources alone. */

import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { Version } from '@cyclonedx/cyclonedx-library/Spec'
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation'
import engine from '../../sandbox/engine.json'
import { readLock } from '../../scripts/release/lock-file'
import { billOfMaterials } from '../../scripts/release/sbom'
import { parts } from '../../src/cli/licenses/contents'

setDefaultTimeout(300_000)

const ROOT = join(import.meta.dir, '../..')
const RELEASE = { root: ROOT, sha256: 'ab'.repeat(32), time: new Date('2026-01-02T03:04:05Z') }

interface Listed {
  readonly name: string
  readonly group?: string
  readonly version?: string
  readonly scope?: string
  readonly purl?: string
  readonly 'bom-ref': string
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses?: readonly unknown[]
}

describe('the bill of materials', () => {
  let text: string
  let bom: {
    readonly serialNumber: string
    readonly metadata: { readonly timestamp: string; readonly component: Listed }
    readonly components: readonly Listed[]
    readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
  }
  beforeAll(async () => {
    text = await billOfMaterials(RELEASE)
    bom = JSON.parse(text)
  })
  const named = (name: string) => bom.components.filter((one) => one.name === name)

  test('is CycloneDX 1.6, by its schema', async () => {
    expect(await new JsonStrictValidator(Version.v1dot6).validate(text)).toBe(null)
    expect(await new JsonStrictValidator(Version.v1dot6).validate(text.replace('"library"', '"shelf"'))).not.toBe(null)
  })

  test('is the same for the same binary', async () => {
    expect(await billOfMaterials(RELEASE)).toBe(text)
    expect(bom.serialNumber).toBe('urn:uuid:abababab-abab-8bab-8bab-abababababab')
    expect(bom.metadata.timestamp).toBe('2026-01-02T03:04:05.000Z')
    expect(bom.metadata.component.hashes).toEqual([{ alg: 'SHA-256', content: RELEASE.sha256 }])
  })

  test('names all that is in the binary, with its licence', () => {
    const within = parts()
    expect(within.length).toBeGreaterThan(150)
    for (const { name, version } of within) {
      const found = named(name).filter((one) => one.version === version && one.scope === 'required')
      expect([name, found.length, found[0]?.licenses?.length]).toEqual([name, 1, 1])
    }
    for (const name of ['bun', 'JavaScriptCore', 'javy', 'rquickjs-sys', 'swagger-ui-dist', 'lightweight-charts']) {
      expect(named(name).length).toBeGreaterThan(0)
    }
    expect(named('engine.wasm')[0]?.hashes).toEqual([{ alg: 'SHA-256', content: engine.artefacts['engine.wasm'] }])
  })

  test('names every package of the lock file, those of tools as left out, with the digest that was fetched', async () => {
    const lock = await readLock(ROOT)
    for (const { name, version, sha512 } of lock.values()) {
      const found = named(name).find((one) => one.purl?.endsWith(`@${encodeURIComponent(version)}`) && one.hashes)
      expect([name, found?.version, found?.hashes?.[0]?.content]).toEqual([name, version, sha512])
    }
    expect(named('typescript').map(({ scope }) => scope)).toContain('excluded')
    expect(named('elysia')).toMatchObject([{ scope: 'required', purl: expect.stringMatching(/^pkg:npm\/elysia@\d/) }])
  })

  test('says who needs whom', () => {
    const needs = (ref: string) => bom.dependencies.find((one) => one.ref === ref)?.dependsOn ?? []
    const refOf = (name: string) => named(name)[0]?.['bom-ref'] ?? ''
    expect(needs('meltica')).toContain(refOf('elysia'))
    expect(needs('meltica')).toContain('engine.wasm')
    expect(needs('engine.wasm')).toContain(refOf('javy'))
    expect(needs(refOf('lightweight-charts'))).toEqual([refOf('fancy-canvas')])
    expect(needs(refOf('bun'))).toContain(refOf('JavaScriptCore'))
  })
})

test('two builds from copies of the sources in different places have the same bytes, and know neither place', () => {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, 'scripts/release/reproduce.ts'], { cwd: ROOT })
  expect([exitCode, stderr.toString()]).toEqual([0, ''])
  const [first, second] = stdout.toString().trim().split('\n')
  expect(first).toMatch(/^[0-9a-f]{64}$/)
  expect(second).toBe(first)
})
