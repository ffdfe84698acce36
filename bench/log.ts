/** What a sandbox host keeps of its inputs, in bytes, beside the events that it is told. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { compileStrategy, compiling } from '../src/compiler/compile'
import { HostEncoder } from '../src/hosts/encoder'
import { NEVER_OLD } from '../src/hosts/outbox'
import { frameOf } from '../src/protocol/frames'
import type { FromHost, Request, ToHost } from '../src/protocol/messages'
import { packedFile, readSegment, segmentFile } from '../src/protocol/segment-files'
import { PROTOCOL_VERSION } from '../src/protocol/version'
import { loadEngine } from '../src/sandbox/engine'
import { serveSandboxes } from '../src/sandbox-host/serve'
import type { MarketEvent } from '../src/schema/events'
import { folder } from './folder'
import { CALM, specOf } from './hosts'
import type { Row } from './row'
import { shipped } from './shipped'
import { trade } from './trades'

/** So many that a segment becomes full of them. */
const MOST_EVENTS = 200_000

export async function logRows(): Promise<Row[]> {
  using home = folder()
  const path = join(home.path, '0')
  const host = await Host.recording(path)
  let own = 0
  let events = 0
  while (statSync(segmentFile(path, 1), { throwIfNoEntry: false }) === undefined && events < MOST_EVENTS)
    own += await host.tell(trade(events++))
  while (statSync(segmentFile(path, 0), { throwIfNoEntry: false })) await Bun.sleep(5)
  const open = readSegment(path, 0).bytes.length
  const closed = statSync(packedFile(path, 0)).size
  const row = (what: string, bytes: number, goal: number): Row => ({
    what: `${what} of a host's log of trades that come one by one`,
    figure: `${(bytes / events).toFixed(1)} B a trade`,
    baseline: `the trade itself ${(own / events).toFixed(1)} B`,
    ratio: bytes / own,
    goal: `≤ ${goal}`,
    reached: bytes <= goal * own,
  })
  return [row('a segment', open, 1.2), row('a closed segment', closed, 0.5)]
}

/** A sandbox host within this process that keeps what it is told. */
class Host {
  private readonly encoder = new HostEncoder((message) => this.send(message))
  private readonly serve: (message: ToHost, frame: Uint8Array) => void
  /** Bytes of the records of the last batch. */
  private told = 0
  private waiting = Promise.withResolvers<void>()
  private awaited: FromHost['kind'] = 'ready'

  private constructor(engine: Awaited<ReturnType<typeof loadEngine>>) {
    this.serve = serveSandboxes({
      build: '',
      engine: Promise.resolve(engine),
      compile: compiling,
      now: Date.now,
      clock: () => performance.now(),
      cpu: () => performance.now(),
      running: () => undefined,
      confine: () => [],
      gateway: {
        send: (message) => void (message.kind === this.awaited && this.waiting.resolve()),
        backlog: 0,
        taken: () => Promise.resolve(),
      },
    })
  }

  /** With an instance that does nothing. */
  static async recording(path: string): Promise<Host> {
    const engine = await loadEngine()
    const compiled = compileStrategy(engine, new TextEncoder().encode(await shipped('noop')))
    if ('diagnostics' in compiled) throw new Error('noop cannot be compiled')
    const host = new Host(engine)
    const settings = { saveEveryMs: 1000, maxWaiting: 1000, maxWaitingBytes: 1 << 20, mostRedoMs: 500 }
    await host.until('ready', () => host.send({ kind: 'hello', protocol: PROTOCOL_VERSION, build: '', settings }))
    await host.ask({ kind: 'record', path })
    const spec = { ...specOf('noop', compiled.program), config: CALM }
    const terms = { startMs: 0, tradingActive: true, risk: { limits: {}, halts: {} }, maxAgeMs: 600_000, market: [] }
    await host.ask({ kind: 'launch', launch: host.encoder.order({ number: 1, spec, ...terms }) })
    return host
  }

  /** Alone in its batch. @returns how many bytes it has itself, when it is handled. */
  async tell(event: MarketEvent): Promise<number> {
    await this.until('worked', () => this.encoder.batch([{ event, atMs: NEVER_OLD }], performance.now()))
    return this.told
  }

  private ask(request: Request): Promise<void> {
    return this.until('answer', () => this.send({ kind: 'request', id: 1, request }))
  }

  private async until(kind: FromHost['kind'], act: () => void): Promise<void> {
    this.awaited = kind
    this.waiting = Promise.withResolvers()
    act()
    await this.waiting.promise
  }

  private send(message: ToHost): void {
    if (message.kind === 'batch') this.told = message.records.length
    this.serve(message, frameOf(message))
  }
}
