/** `meltica check`: what an upload would say of a strategy, without a gateway. */
import { Command } from 'commander'
import { compileStrategy } from '../compiler/compile'
import { readInput } from '../files/input'
import { loadEngine } from '../sandbox/engine'
import { digestOf } from '../schema/digest'
import type { ConfigField } from '../schema/metadata'
import { coloursFor, columns } from './api/output'
import { diagnosticLine, warningLine } from './diagnostics'

export function checkCommand(): Command {
  return new Command('check')
    .description('compile and validate a strategy as an upload would')
    .argument('<file>', 'the path of a .js file; - for standard input')
    .addHelpText('after', '\nExample:\n  meltica check strategies/my-strategy.js')
    .action(check)
}

/** @param file `-` for standard input. @throws Failure file_unreadable. */
export async function checkFile(file: string) {
  const source = readInput(file)
  return { source, compilation: compileStrategy(await loadEngine(), source) }
}

async function check(file: string): Promise<void> {
  const { source, compilation } = await checkFile(file)
  if ('diagnostics' in compilation) {
    for (const diagnostic of compilation.diagnostics) process.stderr.write(`${diagnosticLine(file, diagnostic)}\n`)
    process.exitCode = 1
    return
  }
  for (const warning of compilation.warnings) process.stderr.write(`${warningLine(file, warning)}\n`)
  const { name, tag, displayName, events, config } = compilation.metadata
  const title = tag === '' ? name : `${name}:${tag}`
  process.stdout.write(`ok: ${title} ${digestOf(source)} "${displayName}" (${events.join(', ')})\n`)
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
