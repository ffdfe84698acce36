/** The engine through the glue that jco generates: what any component tool gives, to compare the hand-made ABI with. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transpileBytes } from '@bytecodealliance/jco-transpile'
import { readEngine } from '../../src/sandbox/engine'
import type { Limits } from '../../src/sandbox/limits'

/** `meltica:strategy/sandbox` as the glue exports it; a `result`'s error is thrown, as `payload`. */
export interface GlueSandbox {
  compile(source: string, fileName: string): Uint8Array
  load(bytecode: Uint8Array, limits: Limits): { metadata?: string; hasCreate: boolean; exported: string }
  start(environment: string): { handlers: string[]; crossProvider: boolean }
  deliver(records: Uint8Array): { consumed: number; ordered: boolean; fault?: object }
  state(): string
}

/** `meltica:strategy/host` as the glue imports it. */
export type GlueHost = Readonly<Record<string, (...args: never[]) => unknown>>

interface GlueModule {
  instantiate(
    getCoreModule: (name: string) => WebAssembly.Module,
    imports: Readonly<Record<string, GlueHost>>,
  ): { sandbox: GlueSandbox }
}

export async function instantiateWithGlue(host: GlueHost): Promise<GlueSandbox> {
  const { files } = await transpileBytes(await readEngine(), {
    name: 'engine',
    instantiation: 'sync',
    nodejsCompat: false,
    wasiShim: false,
  })
  const folder = await mkdtemp(join(tmpdir(), 'glue-'))
  try {
    for (const [name, bytes] of Object.entries(files)) await Bun.write(join(folder, name), bytes)
    const glue: GlueModule = await import(join(folder, 'engine.js'))
    const modules = Object.entries(files).filter(([name]) => name.endsWith('.wasm'))
    const compiled = new Map(modules.map(([name, bytes]) => [name, new WebAssembly.Module(new Uint8Array(bytes))]))
    return glue.instantiate((name) => compiled.get(name)!, { 'meltica:strategy/host': host }).sandbox
  } finally {
    await rm(folder, { recursive: true })
  }
}
