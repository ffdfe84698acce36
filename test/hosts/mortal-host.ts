/**
 * A sandbox host that is killed at a step it was told beforehand: a message that it hears or says, before or after.
 * Its life is the name of a file in the folder that it is given; without one it lives on.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BUILD } from '../../src/cli/build'
import { raiseWall } from '../../src/cli/wall/raise'
import { compiling } from '../../src/compiler/compile'
import { Channel, HOST_END } from '../../src/protocol/channel'
import { checkToHost } from '../../src/protocol/check'
import type { FromHost, ToHost } from '../../src/protocol/messages'
import { RunningMarker } from '../../src/protocol/running-marker'
import { loadEngine } from '../../src/sandbox/engine'
import { serveSandboxes } from '../../src/sandbox-host/serve'

let left = Number(takeLife(process.argv[2] ?? '') ?? Number.POSITIVE_INFINITY)

function takeLife(folder: string): string | undefined {
  const [name] = readdirSync(folder).sort()
  if (name === undefined) return undefined
  rmSync(join(folder, name))
  return name.split('-')[1]
}

/** Two steps: before and after. */
function alive(act: () => void): void {
  step()
  act()
  step()
}

function step(): void {
  if (left-- <= 0) process.kill(process.pid, 'SIGKILL')
}

const marker = RunningMarker.open()
const serve = serveSandboxes({
  build: BUILD,
  engine: loadEngine(),
  compile: compiling,
  now: Date.now,
  clock: () => performance.now(),
  cpu: () => performance.now(),
  running: (number) => {
    marker.running = number
  },
  confine: (folder) => raiseWall(folder),
  gateway: {
    send: (message) => alive(() => channel.send(message)),
    get backlog() {
      return channel.backlog
    },
    taken: () => channel.taken(),
  },
})
const channel: Channel<ToHost, FromHost> = new Channel(HOST_END, checkToHost, {
  heard: (message, frame) => alive(() => serve(message, frame)),
  refused: (error) => {
    throw error
  },
  closed: () => process.exit(0),
})
