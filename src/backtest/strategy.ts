/** Finds the strategy of a backtest: a file, or a selector in a strategy home, which a gateway may be using. */
import { inProcessCompiler } from '../compiler/compile'
import { readInput, STANDARD } from '../files/input'
import { readStrategy } from '../registry/read-only'
import type { Engine } from '../sandbox/engine'
import { readProgram } from '../sandbox/program'
import { type Digest, digestOf } from '../schema/digest'
import type { Diagnostic, Metadata } from '../schema/metadata'

export interface StrategySource {
  readonly bytes: Uint8Array
  readonly hash: Digest
  /** As the registry has it; of a file, as its metadata says. */
  readonly tag: string | undefined
  /** The path of the file; `-` for standard input. */
  readonly path?: string
}

export interface CompiledStrategy {
  readonly name: string
  readonly tag: string
  readonly hash: Digest
  readonly metadata: Metadata
  readonly bytecode: Uint8Array
}

/**
 * @param text the path of a `.js` file, `-` for standard input, or a selector.
 * @throws Failure file_unreadable, or what the registry says of a selector.
 */
export async function findStrategy(text: string, home: string): Promise<StrategySource> {
  if (!isPath(text)) {
    const { source, hash, tag, path } = readStrategy(home, text)
    return { bytes: source, hash, tag, path }
  }
  const bytes = readInput(text)
  return { bytes, hash: digestOf(bytes), tag: undefined, path: text }
}

export async function compileForBacktest(
  engine: Engine,
  source: StrategySource,
): Promise<CompiledStrategy | { readonly diagnostics: readonly Diagnostic[] }> {
  const compiled = await inProcessCompiler(engine).compile(source.bytes)
  if ('diagnostics' in compiled) return compiled
  const { metadata, program } = compiled
  const { name } = metadata
  return { name, tag: source.tag ?? metadata.tag, hash: source.hash, metadata, bytecode: readProgram(program).bytecode }
}

/** Whether it names a file, and not a revision of a strategy home. */
export function isPath(text: string): boolean {
  return text === STANDARD || /[/\\]|\.[cm]?js$/.test(text)
}
