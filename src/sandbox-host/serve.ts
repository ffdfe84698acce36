/**
 * How a sandbox host begins, whatever brings the messages: it says what it is, sees whom it talks to, and warms up. Before
 * it takes anything to run it gives up what rights it has. From then on a `SandboxHost` takes what the gateway says.
 */
import { ProtocolError } from '../protocol/check'
import type { HostSettings, ToHost } from '../protocol/messages'
import { disagreement, type Greeting, PROTOCOL_VERSION } from '../protocol/version'
import type { SandboxHostDeps } from './host-deps'
import { SandboxHost, stackOf } from './sandbox-host'
import { warmUp } from './warm-up'

/** @returns what takes the gateway's messages; it throws a `ProtocolError` for what the gateway must not say. */
export function serveSandboxes(deps: SandboxHostDeps): (message: ToHost, frame: Uint8Array) => void {
  let isGreeted = false
  let isConfined = false
  let host: SandboxHost | undefined
  const confine = (folder: string | undefined) => {
    isConfined = true
    const missing = deps.confine(folder)
    if (missing.length > 0) deps.gateway.send({ kind: 'unconfined', missing })
  }
  return (message, frame) => {
    if (isGreeted) {
      if (message.kind === 'hello') throw new ProtocolError('the gateway says "hello" a second time')
      if (!host) return
      if (message.kind === 'confine') {
        if (isConfined) throw new ProtocolError('the gateway says "confine" when that is done')
        confine(message.folder)
        return
      }
      // these two tell nothing that a strategy has made
      if (!isConfined && message.kind !== 'ping' && message.kind !== 'retain') confine(folderIn(message))
      host.take(message, frame)
      return
    }
    if (message.kind !== 'hello') throw new ProtocolError(`the gateway says "${message.kind}" before "hello"`)
    isGreeted = true
    greet(deps, message)
    const { settings } = message
    const { gateway } = deps
    comeUp(deps, settings).then(
      (up) => {
        host = up
        gateway.send({ kind: 'ready', engineHash: up.engine.hash })
      },
      (error: unknown) => gateway.send({ kind: 'broken', message: stackOf(error) }),
    )
  }
}

/** Says what it is before anything else, so that the gateway can tell as well why it goes no further. @throws ProtocolError. */
function greet({ build, gateway }: SandboxHostDeps, theirs: Greeting): void {
  const own = { protocol: PROTOCOL_VERSION, build }
  gateway.send({ kind: 'hello', ...own })
  const problem = disagreement(theirs, own)
  if (problem !== undefined) throw new ProtocolError(problem)
}

/** That of a log that it is to keep. */
function folderIn(message: ToHost): string | undefined {
  const request = message.kind === 'request' ? message.request : undefined
  return request?.kind === 'record' || request?.kind === 'recover' ? request.path : undefined
}

/** @throws Error when the engine does not do what it should. */
async function comeUp(deps: SandboxHostDeps, settings: HostSettings): Promise<SandboxHost> {
  const engine = await deps.engine
  await warmUp(engine)
  return new SandboxHost(deps, engine, settings)
}
