/** A sandbox host's process: takes the gateway's messages until the gateway lets it go. */
import { compileStrategy } from '../compiler/compile'
import { serveSandboxes } from '../hosts/inside/serve'
import type { FromHost, ToHost } from '../hosts/protocol'
import { loadEngine } from '../sandbox/engine'

/** @throws Error when no gateway started this process. */
export function runSandboxHost(): void {
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
