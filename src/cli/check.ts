/** `meltica check`: what an upload would say of a strategy, without a gateway. */
import { Command } from 'commander'
import { readStrategyFile } from '../bundle/strategy-file'
import { compileStrategy } from '../compiler/compile'
import { loadEngine } from '../sandbox/engine'
import { type Digest, digestOf } from '../schema/digest'
import type { Compilation, ConfigField, Diagnostic } from '../schema/metadata'
import { coloursFor, columns } from './api/output'
import { diagnosticLine, warningLine } from './diagnostics'

export function checkCommand(): Command {
  return new Command('check')
    .description('compile and validate a strategy as an upload would')
    .argument('<file>', 'the path of a .ts or .js file, which is bundled with what it imports; - for standard input')
    .addHelpText('after', '\nExamples:\n  meltica check strategies/my-strategy.js\n  meltica check my-strategy.ts')
    .action(check)
}

/**
 * What an upload would say of it, with its digest where it is a strategy, and the files that decide it.
 * @param file `-` for standard input.
 * @throws Failure file_unreadable.
 */
export async function checkFile(file: string): Promise<{
  readonly digest?: Digest
  readonly compilation: Compilation | { readonly diagnostics: readonly Diagnostic[] }
  readonly files: readonly string[]
}> {
  const read = await readStrategyFile(file)
  const { files } = read
  if ('diagnostics' in read) return { compilation: read, files }
  const compilation = compileStrategy(await loadEngine(), read.bytes)
  if ('absent' in compilation && compilation.absent.length > 0)
    return { compilation: { diagnostics: compilation.absent }, files }
  return { digest: digestOf(read.bytes), compilation, files }
}

async function check(file: string): Promise<void> {
  const { digest = '', compilation } = await checkFile(file)
  if ('diagnostics' in compilation) {
    for (const diagnostic of compilation.diagnostics) process.stderr.write(`${diagnosticLine(file, diagnostic)}\n`)
    process.exitCode = 1
    return
  }
  for (const warning of compilation.warnings) process.stderr.write(`${warningLine(file, warning)}\n`)
  const { name, tag, displayName, events, config } = compilation.metadata
  const title = tag === '' ? name : `${name}:${tag}`
  process.stdout.write(`ok: ${title} ${digest} "${displayName}" (${events.join(', ')})\n`)
  process.stdout.write(
    columns(
      coloursFor(Boolean(process.stdout.isTTY), process.env),
      ['FIELD', 'TYPE', 'DEFAULT', 'DESCRIPTION'],
      config.map(row),
    ),
  )
}

/** A field of the config, which `--set` and an instance may give. */
function row({ name, type, options, default: value, required, description = '' }: ConfigField): string[] {
  const kind = options ? options.join('|') : type
  const standard = value === undefined ? (required ? 'required' : '') : JSON.stringify(value)
  return [name, kind, standard, description]
}
