/** A strategy home in a folder of its own, with a real registry over it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inProcessCompiler } from '../../src/compiler/compile'
import { Failure, type FailureCode } from '../../src/errors/failure'
import type { RegistryChange } from '../../src/registry/change'
import { Registry, type RegistryOptions } from '../../src/registry/registry'
import { loadEngine } from '../../src/sandbox/engine'
import { type Digest, digestOf, hexOf } from '../../src/schema/digest'
import type { Compiler } from '../../src/schema/metadata'

export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)

/** A folder that goes with the block. */
export class Home implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'meltica-home-'))

  /** @param files by their path within the home. */
  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, content] of Object.entries(files)) this.write(path, content)
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true })
    writeFileSync(this.at(path), content)
  }

  read(path: string): string {
    return readFileSync(this.at(path), 'utf8')
  }

  registryFile(): unknown {
    return JSON.parse(this.read('registry.json'))
  }

  at(path: string): string {
    return join(this.path, path)
  }

  /** Paths of all files but the registry's own bookkeeping, in order. */
  files(): string[] {
    return [...new Bun.Glob('**').scanSync({ cwd: this.path, dot: true })]
      .filter((path) => !path.startsWith('.meltica/'))
      .sort()
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

export async function openRegistry(home: Home, options: Partial<RegistryOptions> = {}): Promise<Registry> {
  const compiler = inProcessCompiler(await loadEngine())
  return Registry.open({ directory: home.path, compiler, now: () => NOW, ...options })
}

/** The real compiler, how often it was asked, and whether it breaks down. */
export async function counting(): Promise<Compiler & { asked: number; isBroken: boolean }> {
  const compiler = inProcessCompiler(await loadEngine())
  const counted = {
    engineHash: compiler.engineHash,
    asked: 0,
    isBroken: false,
    compile: async (bytes: Uint8Array) => {
      counted.asked++
      if (counted.isBroken) throw new Error('the host died')
      return await compiler.compile(bytes)
    },
  }
  return counted
}

/** @param remark makes the bytes differ. */
export function source(name: string, tag = '', remark = ''): string {
  const declared = tag === '' ? '' : `tag: '${tag}', `
  return `module.exports = {
  metadata: { name: '${name}', ${declared}displayName: '${name}', events: ['Trade'] },
  create() { return {} }, // ${remark}
}
`
}

export function hashOf(text: string): Digest {
  return digestOf(new TextEncoder().encode(text))
}

/** Where a revision goes. */
export function pathOf(name: string, text: string): string {
  return `${name}/${hexOf(hashOf(text))}/${name}.js`
}

/** An entry of a registry file. */
export function filed(revisions: Readonly<Record<string, readonly [path: string, text: string]>>) {
  const all = Object.entries(revisions)
  return {
    tags: Object.fromEntries(all.map(([tag, [, text]]) => [tag, hashOf(text)])),
    hashes: Object.fromEntries(all.map(([tag, [path, text]]) => [hashOf(text), { tag, path }])),
  }
}

/** The changes that a registry tells from now on, shortly. */
export function told(registry: Registry): RegistryChange[] {
  const changes: RegistryChange[] = []
  registry.onChange((change) => changes.push(change))
  return changes
}

/** The refusal of some work; fails when there is none. */
export async function refusal(work: () => unknown): Promise<Failure> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('it was not refused')
}

export async function refusedAs(work: () => unknown): Promise<FailureCode> {
  return (await refusal(work)).code
}
