/** Finds the strategy of a backtest: a file, or a selector in a strategy home, which a gateway may be using. */
import { basename } from 'node:path'
import { isStrategyFile, readStrategyFile } from '../bundle/strategy-file'
import { inProcessCompiler } from '../compiler/compile'
import { inputName, STANDARD } from '../files/input'
import { readStrategy } from '../registry/read-only'
import type { Engine } from '../sandbox/engine'
import { readProgram } from '../sandbox/program'
import { type Digest, digestOf } from '../schema/digest'
import type { Diagnostic, Metadata } from '../schema/metadata'

export interface StrategySource {
  /** Bundled, if the file has to be. */
  readonly bytes: Uint8Array
  readonly hash: Digest
  /** As the registry has it; of a file, as its metadata says. */
  readonly tag: string | undefined
  /** The path of the file; `-` for standard input. */
  readonly path?: string
  /** What a named file is called in messages: the same wherever its folder stands. */
  readonly file?: string
}

/** A file that cannot be bundled. */
export interface Unbundled {
  readonly diagnostics: readonly Diagnostic[]
  readonly path?: string
}

export interface CompiledStrategy {
  readonly name: string
  readonly tag: string
  readonly hash: Digest
  readonly metadata: Metadata
  /** What it is called where a place in it is named. */
  readonly file: string
  readonly bytecode: Uint8Array
  /** The JSON of its source map. */
  readonly sourceMap?: string
}

/**
 * @param text the path of a `.ts` or `.js` file, `-` for standard input, or a selector.
 * @throws Failure file_unreadable, or what the registry says of a selector.
 */
export async function findStrategy(text: string, home: string): Promise<StrategySource | Unbundled> {
  if (!isStrategyFile(text)) {
    const { source, hash, tag, path } = readStrategy(home, text)
    return { bytes: source, hash, tag, path }
  }
  const read = await readStrategyFile(text)
  if ('diagnostics' in read) return { diagnostics: read.diagnostics, path: text }
  const file = text === STANDARD ? inputName(text) : basename(text)
  return { bytes: read.bytes, hash: digestOf(read.bytes), tag: undefined, path: text, file }
}

export async function compileForBacktest(
  engine: Engine,
  source: StrategySource | Unbundled,
): Promise<CompiledStrategy | { readonly diagnostics: readonly Diagnostic[] }> {
  if ('diagnostics' in source) return source
  const compiled = await inProcessCompiler(engine).compile(source.bytes)
  if ('diagnostics' in compiled) return compiled
  const { metadata, program } = compiled
  const { name } = metadata
  const { bytecode, sourceMap } = readProgram(program)
  const mapped = sourceMap === undefined ? {} : { sourceMap }
  const { hash, tag = metadata.tag, file = `${name}.js` } = source
  return { name, tag, hash, metadata, file, bytecode, ...mapped }
}
