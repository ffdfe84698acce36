/** Compiles what the tests write, as an upload would. */
import { compileStrategy } from '../../src/compiler/compile'
import { loadEngine } from '../../src/sandbox/engine'
import type { Compilation, Diagnostic, Metadata } from '../../src/schema/metadata'

export async function compile(source: string | Uint8Array): Promise<Compilation> {
  return compileStrategy(await loadEngine(), typeof source === 'string' ? new TextEncoder().encode(source) : source)
}

export async function diagnosticsOf(source: string | Uint8Array): Promise<readonly Diagnostic[]> {
  const compilation = await compile(source)
  return 'diagnostics' in compilation ? compilation.diagnostics : []
}

/** @param text JavaScript of the metadata. */
export function strategy(text: string, create = 'create() { return {} }'): string {
  return `module.exports = { metadata: ${text}, ${create} }\n`
}

export const SOUND = "name: 'grid', tag: 'v1', displayName: 'Grid', events: ['Trade']"

/** Problems of a strategy whose metadata is sound but for these fields. */
export function metadataProblems(fields: string): Promise<readonly Diagnostic[]> {
  return diagnosticsOf(strategy(`{ ${SOUND}, ${fields} }`))
}

export async function metadataOf(fields: string): Promise<Metadata> {
  const compilation = await compile(strategy(`{ ${SOUND}, ${fields} }`))
  if ('diagnostics' in compilation) throw new Error(JSON.stringify(compilation.diagnostics))
  return compilation.metadata
}
