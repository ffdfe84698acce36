/**
 * A host that does what it is told by the sources that it is asked to compile: what a link has to carry, without an
 * engine. As a program it is a process of its own; elsewhere it runs wherever its link puts it.
 */
import { BUILD } from '../../../src/cli/build'
import { Channel, HOST_END } from '../../../src/protocol/channel'
import { checkToHost } from '../../../src/protocol/check'
import type { FromHost, ToHost } from '../../../src/protocol/messages'
import { RunningMarker } from '../../../src/protocol/running-marker'
import { PROTOCOL_VERSION } from '../../../src/protocol/version'
import type { Outlet } from '../../../src/sandbox-host/host-deps'

/** What a host has besides what it is sent. */
export interface HostEnd {
  readonly gateway: Outlet
  readonly running: (number: number) => void
  /** Ends it, behind what it has said. */
  readonly die: () => void
}

export interface Script {
  readonly protocol?: number
  readonly build?: string
  /** What it says in the place of a greeting; null: nothing. */
  readonly first?: unknown
}

const LINE = {
  level: 'info',
  source: 'strategy',
  message: 'x'.repeat(1 << 14),
  timeMs: 1,
  number: 1,
  place: 0,
} as const
const LINES_OF_MIB = 64

export function scripted(script: Script, { gateway, running, die }: HostEnd): (message: ToHost) => void {
  const heard: string[] = []
  const say = (message: unknown) => gateway.send(message as FromHost)
  const answer = (id: number, text: string) =>
    gateway.send({ kind: 'answer', id, answer: { diagnostics: [{ stage: 'execute', message: text }] } })

  async function obey(id: number, source: string): Promise<void> {
    const [what = '', rest = ''] = source.split(/ (.*)/s)
    const count = Number(rest)
    const states = () => {
      for (let n = 1; n <= count; n++) gateway.send({ kind: 'state', number: 1, state: String(n) })
    }
    switch (what) {
      case 'echo':
        return answer(id, rest)
      case 'states':
        states()
        return answer(id, 'said')
      case 'heard':
        return answer(id, heard.join())
      case 'twice':
        answer(id, 'once')
        return answer(id, 'again')
      case 'unasked':
        return answer(id + 1000, 'what?')
      case 'misfit':
        return say({ kind: 'answer', id, answer: { handlers: [], crossProvider: false } })
      case 'say':
        return say(JSON.parse(rest))
      case 'work':
        running(count)
        return die()
      case 'last':
        states()
        return die()
      case 'flood': {
        for (let n = 0; n < count; n++)
          gateway.send({ kind: 'logs', lines: Array.from({ length: LINES_OF_MIB }, () => LINE) })
        const before = gateway.backlog > 0
        await gateway.taken()
        return answer(id, `${before} ${gateway.backlog}`)
      }
    }
  }

  return (message) => {
    switch (message.kind) {
      case 'hello': {
        const { protocol = PROTOCOL_VERSION, build = BUILD, first = { kind: 'hello', protocol, build } } = script
        if (first !== null) say(first)
        gateway.send({ kind: 'ready', engineHash: `sha256:${'0'.repeat(64)}` })
        break
      }
      case 'ping':
        gateway.send({ kind: 'pong' })
        break
      case 'words':
        heard.push(`words ${message.records.join()}`)
        break
      case 'request':
        if (message.request.kind === 'compile') void obey(message.id, new TextDecoder().decode(message.request.source))
    }
  }
}

if (import.meta.main) {
  const [script = '{}'] = process.argv.slice(2)
  const marker = RunningMarker.open()
  const channel: Channel<ToHost, FromHost> = new Channel(HOST_END, checkToHost, {
    heard: (message) => take(message),
    refused: (error) => {
      throw error
    },
    closed: () => process.exit(0),
  })
  const take = scripted(JSON.parse(script), {
    gateway: channel,
    running: (number) => {
      marker.running = number
    },
    die: () => void channel.taken().then(() => process.exit(7)),
  })
}
