/** A sandbox host's process: takes the gateway's messages until the gateway lets it go. */
import { fstatSync } from 'node:fs'
import { compileStrategy } from '../compiler/compile'
import { Channel, HOST_END } from '../protocol/channel'
import type { FromHost, ToHost } from '../protocol/messages'
import { loadEngine } from '../sandbox/engine'
import { type Outlet, serveSandboxes } from '../sandbox-host/serve'
import { endWithParent } from './parent'

/** @throws Error when no gateway started this process. */
export function runSandboxHost(): void {
  if (!isSocket(HOST_END)) throw new Error('a sandbox host is started by a gateway')
  // The closed channel tells it as well, but not to a process that does not listen.
  endWithParent()
  // A Ctrl-C in the terminal reaches the whole group of processes: the gateway decides when a host ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  const channel: Channel<ToHost, FromHost> = new Channel(HOST_END, {
    heard: (message) => void taking.then((take) => take(message)),
    closed: () => process.exit(0),
  })
  const taking = serve(channel)
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket()
  } catch {
    return false
  }
}

async function serve(gateway: Outlet): Promise<(message: ToHost) => void> {
  const engine = await loadEngine()
  return serveSandboxes({
    engine,
    compile: (source) => compileStrategy(engine, source),
    now: Date.now,
    clock: () => performance.now(),
    cpu: () => {
      const { user, system } = process.threadCpuUsage()
      return (user + system) / 1000
    },
    gateway,
  })
}
