/**
 * A sandbox host that dies at its work, in the way that the name of a file in its folder says: a signal, `exit`, or
 * `hang`. It does so when it is asked for the time, which an instance does when it is created and when it logs, and when
 * it compiles a source that says so. Each file is one death; while there is none it lives on.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BUILD } from '../../src/cli/build'
import { compiling } from '../../src/compiler/compile'
import { Channel, HOST_END } from '../../src/protocol/channel'
import { checkToHost } from '../../src/protocol/check'
import type { FromHost, ToHost } from '../../src/protocol/messages'
import { RunningMarker } from '../../src/protocol/running-marker'
import { loadEngine } from '../../src/sandbox/engine'
import { serveSandboxes } from '../../src/sandbox-host/serve'

const DEADLY = 'deadly to compile'
const [folder = ''] = process.argv.slice(2)
/** By the program that a roll is to replace, whose state is read first. */
let asksSpared = 0

function die(): void {
  const [name] = readdirSync(folder).sort()
  if (name === undefined) return
  rmSync(join(folder, name))
  const [, way = ''] = name.split('-')
  if (way === 'exit') process.exit(7)
  if (way === 'hang') for (;;);
  process.kill(process.pid, way)
  for (;;);
}

function heard(message: ToHost, frame: Uint8Array): void {
  asksSpared = message.kind === 'request' && message.request.kind === 'roll' ? 1 : 0
  serve(message, frame)
}

const marker = RunningMarker.open()
const serve = serveSandboxes({
  build: BUILD,
  engine: loadEngine(),
  compile: (engine, source) => {
    if (new TextDecoder().decode(source).includes(DEADLY)) die()
    return compiling(engine, source)
  },
  now: () => {
    // others ask for it as well
    if (marker.running !== 0 && asksSpared-- <= 0) die()
    return Date.now()
  },
  clock: () => performance.now(),
  cpu: () => performance.now(),
  running: (number) => {
    marker.running = number
  },
  // what it dies of is in a folder
  confine: () => [],
  gateway: {
    send: (message) => channel.send(message),
    get backlog() {
      return channel.backlog
    },
    taken: () => channel.taken(),
  },
})
const channel: Channel<ToHost, FromHost> = new Channel(HOST_END, checkToHost, {
  heard,
  refused: (error) => {
    throw error
  },
  closed: () => process.exit(0),
})
