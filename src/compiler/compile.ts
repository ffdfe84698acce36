/**
 * Source to program component and metadata, or to all that is wrong with it. The strategy's top level
 * runs, in a sandbox of its own and under its limits; to be called in a process that can be spared.
 */
import type { Engine } from '../sandbox/engine'
import type { Fault } from '../sandbox/fault'
import { NO_HOST } from '../sandbox/no-host'
import { Sandbox } from '../sandbox/sandbox'
import { inlineSourceMap, SourceMap } from '../sandbox/source-map'
import { digestOf } from '../schema/digest'
import type { Compilation, Compiler, Diagnostic, Metadata, Warning } from '../schema/metadata'
import { sealProgram } from './compiled'
import { compileExports } from './default-export'
import { locate } from './locate'
import { checkExports } from './metadata'
import { placeOfPrivateName } from './private-names'
import { decodeSource } from './source'
import { readSource, review } from './warnings'

const MAX_MESSAGE = 2000
const CONTROL = /(?![\t\n])\p{Cc}/gu

export function compileStrategy(engine: Engine, source: Uint8Array): Compilation {
  const steps = compiling(engine, source)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** In steps, of which each may take some tenths of a second of a long source: others may have their turn between them. */
export function* compiling(engine: Engine, source: Uint8Array): Generator<undefined, Compilation> {
  const decoded = decodeSource(source)
  if ('diagnostic' in decoded) return { diagnostics: [decoded.diagnostic] }
  const { text } = decoded
  const sourceMap = inlineSourceMap(text)
  const map = sourceMap === undefined ? undefined : new SourceMap(sourceMap)
  const inspected = inspect(engine, text, map)
  if ('diagnostics' in inspected) return inspected
  const { metadata } = inspected
  yield
  const bytecode = compiledAs(`${metadata.name}.js`, engine, text)
  const program = sealProgram(engine.hash, bytecode, metadata, digestOf(source), sourceMap)
  yield
  const read = readSource(text)
  yield
  const reviewed = review(read, metadata, map)
  const warnings = reviewed.warnings.map((warning) => placedBy(map, warning))
  const absent = reviewed.absent.map((warning) => placedBy(map, warning))
  if (map?.problem !== undefined) warnings.push(brokenMap(map.problem))
  return { program, metadata, warnings, absent }
}

/** @param fileName that is to stand in the stacks: it is known only when the source has been looked at. */
function compiledAs(fileName: string, engine: Engine, text: string): Uint8Array {
  using sandbox = new Sandbox(engine, NO_HOST)
  const compiled = compileExports(sandbox, text, fileName)
  if ('diagnostic' in compiled) throw new Error(`the second compilation failed: ${compiled.diagnostic.message}`)
  return compiled.bytecode
}

/** A compiler of this very process, for commands that run one strategy. */
export function inProcessCompiler(engine: Engine): Compiler {
  return {
    engineHash: engine.hash,
    compile: async (source) => compileStrategy(engine, source),
  }
}

function inspect(
  engine: Engine,
  text: string,
  map: SourceMap | undefined,
): { metadata: Metadata } | { diagnostics: Diagnostic[] } {
  using sandbox = new Sandbox(engine, NO_HOST)
  sandbox.sourceMap = map
  const compiled = compileExports(sandbox, text, 'strategy.js')
  if ('diagnostic' in compiled) {
    const { message, line, column } = compiled.diagnostic
    const at = line > 0 ? place(line, column) : placeOfPrivateName(text, message)
    const found: Diagnostic = { stage: 'compile', message: clean(message), ...at, hint: syntaxHint(text, line) }
    return { diagnostics: [placedBy(map, found)] }
  }
  const result = sandbox.load(compiled.bytecode)
  if ('fault' in result) return { diagnostics: [executeDiagnostic(result.fault)] }
  const checked = checkExports(result.loaded)
  if ('metadata' in checked) return checked
  const places = locate(
    text,
    checked.problems.map(({ path }) => path),
  )
  return {
    diagnostics: checked.problems.map((problem, at) =>
      placedBy<Diagnostic>(map, { stage: 'validation', ...problem, ...places[at] }),
    ),
  }
}

/** At the author's place, where the source map knows it. */
function placedBy<T extends Diagnostic>(map: SourceMap | undefined, found: T): T {
  const { line, column = 1 } = found
  return line === undefined ? found : { ...found, ...map?.at(line, column) }
}

function brokenMap(problem: string): Warning {
  const hint = 'places are named in this file; bundle it again, or leave the source map out'
  return { stage: 'validation', message: `the source map cannot be read: ${problem}`, hint }
}

function executeDiagnostic({ cause, message, line, column, file }: Fault): Diagnostic {
  return {
    stage: 'execute',
    message: clean(message),
    ...(file !== undefined && { file }),
    ...place(line, column),
    hint: EXECUTE_HINTS[cause],
  }
}

const EXECUTE_HINTS: Record<Fault['cause'], string> = {
  exception: 'the module must evaluate without throwing; there is no require, import, process, fetch or timer',
  interrupted: 'leave endless or long loops out of the top level of the module',
  'out-of-memory': 'make less data at the top level of the module',
  'stack-overflow': 'make the recursion at the top level of the module shallower',
  trapped: 'leave endless loops, huge arrays and deep nesting out of the top level of the module',
}

/** ECMAScript modules are the most frequent mistake. */
function syntaxHint(text: string, line: number): string {
  const at = text.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1] ?? ''
  if (/^\s*(import|export)\b/.test(at))
    return 'write a CommonJS module, module.exports = { metadata, create }, or upload it by meltica push, which bundles'
  return 'correct the syntax at this place'
}

function place(line: number, column: number): { line?: number; column?: number } {
  return { ...(line > 0 ? { line } : {}), ...(column > 0 ? { column } : {}) }
}

/** A strategy's text, safe to print. */
function clean(message: string): string {
  const text = message.replace(CONTROL, '')
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}…`
}
