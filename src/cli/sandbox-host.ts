/** `meltica sandbox-host`: what the gateway starts to run strategies; of no use by itself, hence hidden from help. */
import { Command } from 'commander'
import { compileStrategy } from '../compiler/compile'
import { serveSandboxes } from '../hosts/inside/serve'
import type { FromHost, ToHost } from '../hosts/protocol'
import { loadEngine } from '../sandbox/engine'

const NAME = 'sandbox-host'

/** The command line that starts a sandbox host. @param script the program's file, of no meaning in a built executable. */
export function sandboxHostCommandLine(executable: string, script: string): string[] {
  return Bun.isStandaloneExecutable ? [executable, NAME] : [executable, script, NAME]
}

export function sandboxHostCommand(): Command {
  return new Command(NAME).description('run strategies for a gateway').action(runSandboxHost)
}

function runSandboxHost(): void {
  if (!process.send) throw new Error('a sandbox host is started by a gateway')
  // A Ctrl-C in the terminal reaches the whole group of processes: the gateway decides when a host ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('disconnect', () => process.exit(0))
  const taking = serve()
  process.on('message', (message: ToHost) => void taking.then((take) => take(message)))
  const listening: FromHost = { kind: 'listening' }
  process.send(listening)
}

async function serve(): Promise<(message: ToHost) => void> {
  const engine = await loadEngine()
  return serveSandboxes({
    engine,
    compile: (source) => compileStrategy(engine, source),
    now: Date.now,
    clock: () => performance.now(),
    send: (message) => void process.send?.(message),
  })
}
