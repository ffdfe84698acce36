/**
 * A sandbox host: the process that runs many instances, told what to do by the gateway through one
 * channel. It owns no file, socket or journal; what it knows can be rebuilt by the gateway.
 */
import { Failure } from '../../errors/failure'
import type { Engine } from '../../sandbox/engine'
import { WordTable } from '../../sandbox/words'
import type { Compilation } from '../../schema/metadata'
import type { LogLine } from '../launch'
import { RunLedger } from '../ledger'
import type { Answers, FromHost, HostSettings, Request, ToHost } from '../protocol'
import { Fanout, pricesIn } from './fanout'
import { GatewayClock } from './gateway-clock'
import { Instance, type Surroundings } from './instance'
import { Logbook } from './logbook'
import { Rounds } from './rounds'
import { warmUp } from './warm-up'

/** A batch that takes longer is left behind: its rest goes on while the next one gathers. */
const BATCH_MS = 20
/** How old counts get before they are sent. */
const COUNTS_MS = 100

export interface HostParts {
  readonly engine: Engine
  readonly compile: (source: Uint8Array) => Compilation
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Counts up evenly, ms. */
  readonly clock: () => number
  readonly send: (message: FromHost) => void
}

/** @returns what takes the gateway's messages. */
export function serveSandboxes(parts: HostParts): (message: ToHost) => void {
  let host: SandboxHost | undefined
  return (message) => {
    if (message.kind !== 'begin') return host?.take(message)
    const { settings } = message
    warmUp(parts.engine).then(
      () => {
        host = new SandboxHost(parts, settings, RunLedger.open(settings.ledgerPath))
        parts.send({ kind: 'ready', engineHash: parts.engine.hash })
      },
      (error: unknown) => parts.send({ kind: 'broken', message: stackOf(error) }),
    )
  }
}

class SandboxHost {
  /** The gateway's copy dies with this process, and the other way round. */
  private readonly words = new WordTable()
  private readonly fanout = new Fanout<Instance>(this.words)
  private readonly instances = new Map<number, Instance>()
  private readonly gatewayClock: GatewayClock
  private readonly rounds: Rounds
  private readonly around: Surroundings
  private lines: (LogLine & { readonly number: number })[] = []
  private handled: [number: number, count: number, state?: string][] = []
  private readonly counted = new Set<Instance>()
  private countsDueMs = 0
  private countsTimer: Timer | undefined
  private batchDueMs: number | undefined
  private readonly sleepers = new Set<number>()
  private behind = false

  constructor(
    private readonly parts: HostParts,
    settings: HostSettings,
    private readonly ledger: RunLedger,
  ) {
    const { engine, now, clock, send } = parts
    this.rounds = new Rounds({ idle: () => this.rest(true), pause: () => this.rest(false) }, clock)
    this.gatewayClock = new GatewayClock(clock)
    this.around = {
      engine,
      words: this.words,
      rounds: this.rounds,
      sleepers: this.sleepers,
      maxWaiting: settings.maxWaiting,
      now,
      gatewayClock: this.gatewayClock,
      running: (number) => {
        ledger.running = number
      },
      logbook: (number) =>
        new Logbook(settings.maxLogsPerSecond, now, (line) => {
          this.lines.push({ ...line, number })
        }),
      send: {
        acts: (number, acts, settled) => {
          this.flushHandled()
          send({ kind: 'acts', number, acts, ...settled })
        },
        handled: (number, { handled, state }) =>
          void this.handled.push(state === undefined ? [number, handled] : [number, handled, state]),
        state: (number, state) => send({ kind: 'state', number, state }),
        failed: (number, reason) => this.retire(number, reason),
      },
      counted: (instance) => void this.counted.add(instance),
    }
    setInterval(() => this.save(), settings.saveEveryMs)
  }

  take(message: Exclude<ToHost, { kind: 'begin' }>): void {
    switch (message.kind) {
      case 'ping':
        this.parts.send({ kind: 'pong' })
        break
      case 'request':
        this.answer(message.id, message.request)
        // It may have ended somebody's sleep.
        if (!this.rounds.busy) this.rest(true)
        break
      case 'risk':
        this.instances.get(message.number)?.limit(message.terms)
        break
      case 'words':
        this.words.learn(message.records)
        break
      case 'batch':
        this.batchDueMs = this.parts.clock() + BATCH_MS
        this.gatewayClock.heard(message.atMs)
        this.fanout.deal(message.records, message.own, message.atMs)
        if (!this.rounds.busy) this.rest(true)
    }
  }

  private answer(id: number, request: Request): void {
    try {
      const answer = this.fulfil(request)
      this.flush()
      this.parts.send({ kind: 'answer', id, answer })
    } catch (error) {
      this.ledger.running = 0
      this.flush()
      const refusal = error instanceof Failure
      this.parts.send({ kind: 'failure', id, refusal, message: refusal ? error.message : stackOf(error) })
    }
  }

  private fulfil(request: Request): Answers[keyof Answers] {
    switch (request.kind) {
      case 'launch':
      case 'roll': {
        const { launch } = request
        const { number } = launch
        const prices = pricesIn(launch.market)
        const instance = new Instance(this.around, launch, prices, this.instances.get(number))
        this.instances.set(number, instance)
        this.fanout.join(number, instance, { scope: instance.scope, ...instance.started }, prices)
        return instance.started
      }
      case 'stop': {
        const instance = this.instances.get(request.number)
        if (!instance) throw new Failure('instance_not_found', 'the instance runs no more')
        const stopped = instance.stop()
        this.counted.add(instance)
        this.sendCounts()
        this.forget(request.number)
        return stopped
      }
      case 'compile': {
        this.ledger.running = request.number
        const compilation = this.parts.compile(request.source)
        this.ledger.running = 0
        return compilation
      }
    }
  }

  private retire(number: number, reason: string): void {
    this.flush()
    this.sendCounts()
    this.forget(number)
    this.parts.send({ kind: 'failed', number, reason })
  }

  private forget(number: number): void {
    this.instances.delete(number)
    this.fanout.leave(number)
  }

  private save(): void {
    for (const instance of this.instances.values()) instance.saveState()
    this.flush()
  }

  /** Between rounds. */
  private rest(idle: boolean): void {
    this.gatewayClock.look()
    this.ledger.running = 0
    this.flush()
    if (this.parts.clock() >= this.countsDueMs) this.sendCounts()
    else this.countsTimer ??= setTimeout(() => this.sendCounts(), COUNTS_MS)
    const done = idle && this.sleepers.size === 0
    if (this.batchDueMs === undefined) {
      if (this.behind && done) this.parts.send({ kind: 'caughtUp' })
    } else if (idle || this.parts.clock() > this.batchDueMs) {
      this.batchDueMs = undefined
      this.parts.send({ kind: 'worked', behind: !done })
    } else return
    this.behind = !done
  }

  private flush(): void {
    this.flushHandled()
    if (this.lines.length > 0) this.parts.send({ kind: 'logs', lines: this.lines })
    this.lines = []
  }

  private flushHandled(): void {
    if (this.handled.length === 0) return
    this.parts.send({ kind: 'handled', own: this.handled })
    this.handled = []
  }

  private sendCounts(): void {
    clearTimeout(this.countsTimer)
    this.countsTimer = undefined
    this.countsDueMs = this.parts.clock() + COUNTS_MS
    if (this.counted.size === 0) return
    this.parts.send({ kind: 'counts', counts: [...this.counted].map(({ counts }) => counts) })
    this.counted.clear()
  }
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
