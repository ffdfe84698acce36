/** `meltica check`: what an upload would say of a strategy, without a gateway. */
import { Command } from 'commander'
import { readSource } from '../backtest/strategy'
import { compileStrategy } from '../compiler/compile'
import { loadEngine } from '../sandbox/engine'
import { digestOf } from '../schema/digest'
import { diagnosticLine, warningLine } from './diagnostics'

export function checkCommand(): Command {
  return new Command('check')
    .description('compile and validate a strategy as an upload would')
    .argument('<file>', 'the path of a .js file')
    .addHelpText('after', '\nExample:\n  meltica check strategies/my-strategy.js')
    .action(check)
}

async function check(file: string): Promise<void> {
  const source = await readSource(file)
  const compilation = compileStrategy(await loadEngine(), source)
  if ('diagnostics' in compilation) {
    for (const diagnostic of compilation.diagnostics) process.stderr.write(`${diagnosticLine(file, diagnostic)}\n`)
    process.exitCode = 1
    return
  }
  for (const warning of compilation.warnings) process.stderr.write(`${warningLine(file, warning)}\n`)
  const { name, tag, displayName, events } = compilation.metadata
  const title = tag === '' ? name : `${name}:${tag}`
  process.stdout.write(`ok: ${title} ${digestOf(source)} "${displayName}" (${events.join(', ')})\n`)
}
