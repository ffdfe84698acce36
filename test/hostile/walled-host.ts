/**
 * A sandbox host behind its wall, which tries what it is told by the sources that it is asked to compile: "attempt <name>".
 * It is given where to try, as JSON, and what its kernel lacks: "landlock", "everything" for no wall, or nothing.
 */
import { BUILD } from '../../src/cli/build'
import { thisKernel } from '../../src/cli/wall/kernel'
import { raiseWall } from '../../src/cli/wall/raise'
import { compiling } from '../../src/compiler/compile'
import { Channel, HOST_END } from '../../src/protocol/channel'
import { checkToHost } from '../../src/protocol/check'
import type { FromHost, ToHost } from '../../src/protocol/messages'
import { RunningMarker } from '../../src/protocol/running-marker'
import { loadEngine } from '../../src/sandbox/engine'
import { serveSandboxes } from '../../src/sandbox-host/serve'
import type { Compilation } from '../../src/schema/metadata'
import { type Attempt, FORBIDDEN, NEEDED, PRIVILEGED, type Scene } from './attempts'

const [scene = '', lacking = ''] = process.argv.slice(2)
const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  ...Object.fromEntries(Object.entries(FORBIDDEN).map(([name, [attempt]]) => [name, attempt])),
  ...PRIVILEGED,
  ...NEEDED,
}

function confine(folder: string | undefined): readonly string[] {
  if (lacking === 'everything') return []
  const kernel = thisKernel()
  return raiseWall(folder, kernel && lacking === 'landlock' ? { ...kernel, landlock: 0 } : kernel)
}

/** Tells what became of it as a compiler would. */
function* attempted(name: string): Generator<undefined, Compilation> {
  let outcome: string | undefined
  void Promise.resolve(ATTEMPTS[name]!(JSON.parse(scene) as Scene)).then((told) => {
    outcome = told
  })
  while (outcome === undefined) yield
  return { diagnostics: [{ stage: 'execute', message: outcome }] }
}

const marker = RunningMarker.open()
const channel: Channel<ToHost, FromHost> = new Channel(HOST_END, checkToHost, {
  heard: (message, frame) => serve(message, frame),
  refused: (error) => {
    throw error
  },
  closed: () => process.exit(0),
})
const serve = serveSandboxes({
  build: BUILD,
  engine: loadEngine(),
  compile: (engine, source) => {
    const [, name] = /^attempt (.*)$/.exec(new TextDecoder().decode(source)) ?? []
    return name === undefined ? compiling(engine, source) : attempted(name)
  },
  now: Date.now,
  clock: () => performance.now(),
  cpu: () => performance.now(),
  running: (number) => {
    marker.running = number
  },
  confine,
  gateway: channel,
})
