/** A sandbox host's process: takes the gateway's messages until the gateway lets it go. */
import { fstatSync } from 'node:fs'
import { compiling } from '../compiler/compile'
import { Channel, HOST_END } from '../protocol/channel'
import { checkToHost } from '../protocol/check'
import type { FromHost, ToHost } from '../protocol/messages'
import { RunningMarker } from '../protocol/running-marker'
import { type Engine, loadEngine } from '../sandbox/engine'
import { NewMemory } from '../sandbox/new-memory'
import { serveSandboxes } from '../sandbox-host/serve'
import { BUILD } from './build'
import { endWithParent } from './parent'
import { sharedPages } from './shared-pages'
import { raiseWall } from './wall/raise'

/** As sysexits.h has it: the other side does not keep to the protocol, or to another one. */
const EXIT_PROTOCOL = 76

/**
 * The runtime lets as much garbage gather as there is memory in use, and counts to that what sandboxes may have: it would
 * hardly ever collect. It does so beside the work; the longest pause is some ms.
 */
const COLLECT_EVERY_MS = 5000

/** @throws Error when no gateway started this process. */
export function runSandboxHost(): void {
  if (!isSocket(HOST_END)) throw new Error('a sandbox host is started by a gateway')
  // The closed channel tells it as well, but not to a process that does not listen.
  endWithParent()
  // A Ctrl-C in the terminal reaches the whole group of processes: the gateway decides when a host ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  const marker = RunningMarker.open()
  const channel: Channel<ToHost, FromHost> = new Channel(HOST_END, checkToHost, {
    heard: (message, frame) => take(message, frame),
    refused: ({ message }) => {
      process.stderr.write(`a sandbox host ends: ${message}\n`)
      // what it has said so far is heard, its greeting first of all
      void channel.taken().then(() => process.exit(EXIT_PROTOCOL))
    },
    closed: () => process.exit(0),
  })
  setInterval(() => Bun.gc(false), COLLECT_EVERY_MS)
  const take = serveSandboxes({
    build: BUILD,
    engine: loadEngine().then(sharing),
    compile: compiling,
    now: Date.now,
    clock: () => performance.now(),
    cpu: () => {
      const { user, system } = process.threadCpuUsage()
      return (user + system) / 1000
    },
    running: (number) => {
      marker.running = number
    },
    confine: (folder) => raiseWall(folder),
    gateway: channel,
  })
}

/** Its sandboxes have in common what they do not change. */
const sharing = (engine: Engine): Engine => {
  const { image } = engine.memory
  return { ...engine, memory: new NewMemory(image, sharedPages(image)) }
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket()
  } catch {
    return false
  }
}
