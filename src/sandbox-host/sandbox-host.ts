/**
 * A sandbox host at work: it runs many instances and is told what to do by the gateway. It owns no file, socket or
 * journal; what it knows can be rebuilt by the gateway.
 */
import { Failure } from '../errors/failure'
import { ProtocolError } from '../protocol/check'
import type { LaunchOrder } from '../protocol/launch'
import type { HostSettings, Request, ToHost } from '../protocol/messages'
import type { Answers } from '../protocol/reported'
import { MAX_TEXT } from '../protocol/wire'
import { MalformedRecords } from '../sandbox/cursor'
import type { Engine } from '../sandbox/engine'
import { WordTable } from '../sandbox/words'
import type { Compilation } from '../schema/metadata'
import { Compilations } from './compilations'
import { cpuClock } from './cpu-clock'
import { Fanout, pricesIn } from './fanout'
import { GatewayClock } from './gateway-clock'
import type { SandboxHostDeps } from './host-deps'
import { Instance } from './instance'
import type { InstanceDeps } from './instance-deps'
import { OutgoingReports } from './outgoing-reports'
import { Scheduler } from './scheduler'
import { Share, type ShareTerms } from './share'

/** A batch that takes longer is left behind: its rest goes on while the next one gathers. */
const BATCH_MS = 20
/** States are saved in so many parts, one after the other. */
const SAVE_TURNS = 20
/** Beyond it nobody has a turn until the gateway has taken what turns have made. */
const CHOKED_BYTES = 8 << 20

type Compile = Extract<Request, { kind: 'compile' }>

export class SandboxHost {
  /** The gateway's copy dies with this host, and the other way round. */
  private readonly words = new WordTable()
  private readonly fanout = new Fanout<Instance>(this.words)
  private readonly instances = new Map<number, Instance>()
  private readonly gatewayClock: GatewayClock
  private readonly scheduler: Scheduler
  private readonly compilations: Compilations
  private readonly instanceDeps: InstanceDeps
  private readonly reports: OutgoingReports
  private batchDueMs: number | undefined
  private readonly unsettled = new Set<number>()
  private behind = false
  private saveTurn = 0

  constructor(
    private readonly deps: SandboxHostDeps,
    readonly engine: Engine,
    settings: HostSettings,
  ) {
    const { now, clock, cpu, gateway, running } = deps
    this.gatewayClock = new GatewayClock(clock)
    this.scheduler = new Scheduler(
      {
        idle: () => this.rest({ idle: true, restIsLong: false }),
        pause: (restIsLong) => this.rest({ idle: false, restIsLong }),
        choked: () => (gateway.backlog > CHOKED_BYTES ? gateway.taken() : undefined),
      },
      { wall: clock, cpu: cpuClock(cpu), later: (ms, act) => void setTimeout(act, ms) },
    )
    this.compilations = new Compilations(this.scheduler)
    const reports = new OutgoingReports({
      gateway,
      now,
      clock,
      countsOf: (number) => this.instances.get(number)?.counts,
    })
    this.reports = reports
    this.instanceDeps = {
      engine,
      words: this.words,
      scheduler: this.scheduler,
      unsettled: this.unsettled,
      maxWaiting: settings.maxWaiting,
      maxWaitingBytes: settings.maxWaitingBytes,
      now,
      gatewayClock: this.gatewayClock,
      running,
      lines: (number) => reports.linesOf(number),
      send: {
        acts: (number, acts, settled) => reports.acts(number, acts, settled),
        handled: (number, settled) => reports.handled(number, settled),
        state: (number, state) => gateway.send({ kind: 'state', number, state }),
        failed: (number, reason) => this.retire(number, reason),
      },
      counted: (number) => reports.counted(number),
    }
    setInterval(() => this.save(), settings.saveEveryMs / SAVE_TURNS)
  }

  /** @throws ProtocolError for records that are none. */
  take(message: Exclude<ToHost, { kind: 'hello' }>): void {
    try {
      this.act(message)
    } catch (error) {
      throw error instanceof MalformedRecords ? new ProtocolError(error.message) : error
    }
  }

  private act(message: Exclude<ToHost, { kind: 'hello' }>): void {
    switch (message.kind) {
      case 'ping':
        this.deps.gateway.send({ kind: 'pong' })
        break
      case 'request':
        this.asked(message.id, message.request)
        // It may have ended somebody's sleep.
        if (!this.scheduler.busy) this.rest({ idle: true, restIsLong: false })
        break
      case 'risk':
        this.instances.get(message.number)?.limit(message.terms)
        break
      case 'words':
        this.words.learn(message.records)
        break
      case 'batch':
        this.batchDueMs = this.deps.clock() + BATCH_MS
        this.gatewayClock.heard(message.atMs)
        this.fanout.deal(message.records, message.own, message.atMs)
        if (!this.scheduler.busy) this.rest({ idle: true, restIsLong: false })
    }
  }

  private asked(id: number, request: Request): void {
    if (request.kind !== 'compile') this.answer(id, () => this.fulfil(request))
    else this.compilations.push(this.compile(id, request))
  }

  private answer(id: number, work: () => Answers[keyof Answers]): void {
    try {
      const answer = work()
      this.reports.flush()
      this.deps.gateway.send({ kind: 'answer', id, answer })
    } catch (error) {
      this.deps.running(0)
      this.reports.flush()
      const refusal = error instanceof Failure
      this.deps.gateway.send({ kind: 'failure', id, refusal, message: refusal ? error.message : stackOf(error) })
    }
  }

  private fulfil(request: Exclude<Request, Compile>): Answers[keyof Answers] {
    switch (request.kind) {
      case 'launch':
      case 'roll': {
        const { launch } = request
        const { number } = launch
        const prices = pricesIn(launch.market)
        const former = this.instances.get(number)
        const share = former?.share ?? new Share(shareOf(launch))
        const make = () => new Instance(this.instanceDeps, launch, prices, share, former)
        const instance = this.scheduler.charged(share, make)
        this.instances.set(number, instance)
        this.fanout.join(number, instance, { scope: instance.scope, ...instance.started }, prices)
        return instance.started
      }
      case 'stop': {
        const instance = this.instances.get(request.number)
        if (!instance) throw new Failure('instance_not_found', 'the instance runs no more')
        const stopped = instance.stop()
        this.reports.counted(request.number)
        this.reports.sendCounts()
        this.forget(request.number)
        return stopped
      }
    }
  }

  private *compile(id: number, { number, source }: Compile): Generator<undefined, void> {
    let steps: Iterator<undefined, Compilation> | undefined
    const next = () => {
      steps ??= this.deps.compile(this.engine, source)
      return steps.next()
    }
    for (;;) {
      const step = this.stepOf(number, next)
      if ('thrown' in step || step.done) {
        this.answer(id, () => {
          if ('thrown' in step) throw step.thrown
          return step.value
        })
        return
      }
      yield
    }
  }

  private stepOf(number: number, next: () => IteratorResult<undefined, Compilation>) {
    this.deps.running(number)
    try {
      return next()
    } catch (thrown) {
      return { thrown }
    } finally {
      this.deps.running(0)
    }
  }

  private retire(number: number, reason: string): void {
    this.reports.flush()
    this.reports.sendCounts()
    this.forget(number)
    this.deps.gateway.send({ kind: 'failed', number, reason })
  }

  private forget(number: number): void {
    this.instances.delete(number)
    this.fanout.leave(number)
  }

  /** Those whose turn it is: all at once would be a burst that others wait for. */
  private save(): void {
    this.saveTurn = (this.saveTurn + 1) % SAVE_TURNS
    for (const [number, instance] of this.instances) if (number % SAVE_TURNS === this.saveTurn) instance.saveState()
    this.reports.flush()
  }

  /**
   * Between turns.
   * @param restIsLong who is light is done with the batch: the next one need not wait for the others.
   */
  private rest({ idle, restIsLong }: { readonly idle: boolean; readonly restIsLong: boolean }): void {
    this.gatewayClock.look()
    this.deps.running(0)
    this.reports.flush()
    this.reports.sendCountsWhenDue()
    const done = this.unsettled.size === 0
    if (this.batchDueMs === undefined) {
      if (this.behind && done) this.deps.gateway.send({ kind: 'caughtUp' })
    } else if (idle || restIsLong || this.deps.clock() > this.batchDueMs) {
      this.batchDueMs = undefined
      this.deps.gateway.send({ kind: 'worked', behind: !done })
    } else return
    this.behind = !done
  }
}

const shareOf = ({ spec: { cpuBudget } }: LaunchOrder): ShareTerms =>
  cpuBudget === undefined ? {} : { budget: cpuBudget }

export const stackOf = (error: unknown): string =>
  (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, MAX_TEXT)
