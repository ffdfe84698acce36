/**
 * A sandbox host at work: it runs many instances and is told what to do by the gateway. It owns no socket and no journal. What
 * it is told it keeps, so that another one can go on for it; the rest can be rebuilt by the gateway.
 */
import { Failure } from '../errors/failure'
import { ProtocolError } from '../protocol/check'
import type { FromHost, HostSettings, Request, ToHost } from '../protocol/messages'
import type { Answers, Recovered, RecoveredInstance } from '../protocol/reported'
import { MAX_TEXT } from '../protocol/wire'
import { MalformedRecords } from '../sandbox/cursor'
import type { Engine } from '../sandbox/engine'
import { WordTable } from '../sandbox/words'
import { Compilations, compiling } from './compilations'
import { cpuClock } from './cpu-clock'
import { GatewayClock } from './gateway-clock'
import type { Outlet, SandboxHostDeps } from './host-deps'
import { InputLog } from './inputs/input-log'
import { Keeper } from './inputs/keeper'
import type { Repetition } from './inputs/repetition'
import type { InstanceDeps, Time } from './instance-deps'
import { OutgoingReports } from './outgoing-reports'
import { type InstanceRequest, Residents } from './residents'
import { Scheduler } from './scheduler'

/** A batch that takes longer is left behind: its rest goes on while the next one gathers. */
const BATCH_MS = 20
/** States are saved in so many parts, one after the other. */
const SAVE_TURNS = 20
/** The JSON of `helpers.state` of those who keep nothing there. */
const NO_STATE = '{}'
/** Beyond it nobody has a turn until the gateway has taken what turns have made. */
const CHOKED_BYTES = 8 << 20

type Recover = Extract<Request, { kind: 'recover' }>
type Heard = Exclude<ToHost, { kind: 'hello' | 'confine' }>

export class SandboxHost {
  /** The gateway's copy dies with this host, and the other way round. */
  private readonly words = new WordTable()
  private readonly residents: Residents
  private readonly gatewayClock: GatewayClock
  private readonly scheduler: Scheduler
  private readonly compilations: Compilations
  private readonly reports: OutgoingReports
  private readonly inputs: InputLog
  private readonly time: Time
  private readonly keeper: Keeper
  /** Heard while it comes to where its predecessor was. */
  private readonly waiting: [message: Heard, frame: Uint8Array][] = []
  private batchDueMs: number | undefined
  private batches = 0
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
    const load = { waiting: 0 }
    this.inputs = new InputLog({ now, waiting: () => load.waiting })
    this.time = { turns: this.scheduler, chances: this.inputs }
    const kept: Outlet = {
      send: (message) => this.say(message),
      get backlog() {
        return gateway.backlog
      },
      taken: () => gateway.taken(),
    }
    const isMute = (number: number) => this.keeper.repetition?.isLost(number) === true
    const countsOf = (number: number) => this.residents.get(number)?.strategy.counts
    const reports = new OutgoingReports({
      gateway: kept,
      now,
      clock,
      leaving: (number) => this.inputs.leaving(number),
      countsOf,
      isMute,
    })
    this.reports = reports
    const instanceDeps: InstanceDeps = {
      engine,
      words: this.words,
      time: this.time,
      load,
      unsettled: this.unsettled,
      maxWaiting: settings.maxWaiting,
      maxWaitingBytes: settings.maxWaitingBytes,
      gatewayClock: this.gatewayClock,
      running,
      lines: (number, told) => reports.linesOf(number, told),
      send: {
        acts: (number, first, acts, settled) => reports.acts(number, first, acts, settled),
        handled: (number, settled) => reports.handled(number, settled),
        state: (number, state) => {
          if (isMute(number)) return
          this.inputs.leaving(number)
          this.say({ kind: 'state', number, state })
        },
        failed: (number, reason) => this.retire(number, reason),
      },
      counted: (number) => reports.counted(number),
    }
    const cpuAt = cpuClock(cpu)
    this.residents = new Residents(instanceDeps, (number) => this.keeper.forget(number))
    this.keeper = new Keeper({
      engine: engine.hash,
      log: this.inputs,
      residents: this.residents,
      words: this.words,
      mostRedoMs: settings.mostRedoMs,
      clock,
      cpu: () => cpuAt(clock()),
      now,
      batches: () => this.batches,
      flush: () => reports.flush(),
      breath: () => this.breath(),
      unrecorded: (reason) => gateway.send({ kind: 'unrecorded', reason }),
    })
    setInterval(() => this.save(), settings.saveEveryMs / SAVE_TURNS)
  }

  /** @param frame as the message came. @throws ProtocolError for records that are none. */
  take(message: Heard, frame: Uint8Array): void {
    try {
      if (message.kind === 'ping') this.deps.gateway.send({ kind: 'pong' })
      else if (message.kind === 'goOn') this.goOn()
      else if (message.kind === 'kept') this.keeper.keeps(message)
      else if (message.kind === 'retain') this.keeper.retained = message
      else if (this.keeper.repetition) this.waiting.push([message, frame.slice()])
      else this.act(message, frame)
    } catch (error) {
      throw error instanceof MalformedRecords ? new ProtocolError(error.message) : error
    }
  }

  private act(message: Exclude<Heard, { kind: 'ping' | 'goOn' | 'kept' | 'retain' }>, frame: Uint8Array): void {
    switch (message.kind) {
      case 'request':
        this.asked(message.id, message.request, frame)
        // It may have ended somebody's sleep.
        if (!this.scheduler.busy) this.rest({ idle: true, restIsLong: false })
        break
      case 'risk':
        this.inputs.heard(frame)
        this.residents.limit(message.number, message.terms)
        break
      case 'words':
        this.inputs.heard(frame)
        this.words.learn(message.records)
        break
      case 'batch':
        this.inputs.heard(frame)
        this.batches++
        this.batchDueMs = this.deps.clock() + BATCH_MS
        this.gatewayClock.heard(message.atMs)
        this.residents.deal(message)
        if (!this.scheduler.busy) this.rest({ idle: true, restIsLong: false })
    }
  }

  private asked(id: number, request: Request, frame: Uint8Array): void {
    switch (request.kind) {
      case 'compile':
        this.compilations.push(compiling(this.deps, this.engine, request, (outcome) => this.answer(id, outcome)))
        break
      case 'record':
        this.answer(id, () => {
          this.keeper.record(request.path)
          return true
        })
        break
      case 'recover':
        void this.recover(request).then(
          (recovered) => this.answer(id, () => recovered),
          (error: unknown) =>
            this.answer(id, () => {
              throw error
            }),
        )
        break
      default:
        if (request.kind === 'launch') this.keeper.begins(request.launch.number)
        this.inputs.heard(frame)
        this.answer(id, () => this.fulfil(request))
    }
  }

  private answer(id: number, work: () => Answers[keyof Answers]): void {
    try {
      const answer = work()
      this.reports.flush()
      this.say({ kind: 'answer', id, answer })
    } catch (error) {
      this.deps.running(0)
      this.reports.flush()
      const refusal = error instanceof Failure
      this.say({ kind: 'failure', id, refusal, message: refusal ? error.message : stackOf(error) })
    }
  }

  private fulfil(request: InstanceRequest): Answers[InstanceRequest['kind']] {
    const answer = this.residentsDo(request)
    if (request.kind === 'stop') {
      // one that is left asleep stays
      if ('asleep' in answer) return answer
      this.reports.counted(request.number)
      this.reports.sendCounts()
      this.residents.forget(request.number)
    } else {
      const { number } = request.launch
      this.inputs.resident(number, this.residents.get(number)!.resident, this.residents.pricesOf(number))
    }
    return answer
  }

  /** Another host has to know that it was refused before it does what follows. */
  private residentsDo(request: InstanceRequest): Answers[InstanceRequest['kind']] {
    try {
      return this.residents.fulfil(request)
    } catch (error) {
      if (request.kind !== 'stop') this.inputs.refused(request.launch.number)
      throw error
    }
  }

  /** What it has is in the hands of the system before anything that follows from it is heard. */
  private say(message: FromHost): void {
    this.keeper.says(message.kind)
    this.deps.gateway.send(message)
  }

  /** @throws Error of the file, and of what is done. */
  private async recover(request: Recover): Promise<Recovered> {
    const { residents, words, deps } = this
    const repetition = await this.keeper.recover(request, (repetition) => this.goBy(repetition))
    this.batches = repetition.batches
    deps.running(0)
    this.behind = this.unsettled.size > 0
    const instances: RecoveredInstance[] = []
    for (const { number } of request.keep) {
      const instance = residents.get(number)
      if (!instance) continue
      const { recovered, state } = instance.strategy
      if (state.told !== NO_STATE) this.say({ kind: 'state', number, state: state.told })
      this.reports.counted(number)
      instances.push({ number, ...recovered })
    }
    return { batches: this.batches, words: words.from(0), behind: this.behind, instances, lost: repetition.lost }
  }

  /** Others are listened to, and no more is made than the gateway takes. */
  private async breath(): Promise<void> {
    const { gateway } = this.deps
    this.reports.flush()
    if (gateway.backlog > CHOKED_BYTES) await gateway.taken()
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** It is the clocks that decide, or what they have decided before. */
  private goBy(repetition: Repetition | undefined): void {
    this.time.turns = repetition ?? this.scheduler
    this.time.chances = repetition ?? this.inputs
  }

  /** From where its predecessor was. */
  private goOn(): void {
    const { repetition } = this.keeper
    this.keeper.repetition = undefined
    this.goBy(undefined)
    repetition?.goOn(this.deps.now())
    for (const [message, frame] of this.waiting.splice(0)) this.take(message, frame)
  }

  private retire(number: number, reason: string): void {
    if (this.keeper.repetition?.isLost(number)) return
    this.keeper.repetition?.failed(number)
    this.inputs.leaving(number)
    this.reports.flush()
    this.reports.sendCounts()
    this.say({ kind: 'failed', number, reason })
    this.residents.forget(number)
  }

  /** Those whose turn it is: all at once would be a burst that others wait for. */
  private save(): void {
    if (this.keeper.repetition) return
    this.saveTurn = (this.saveTurn + 1) % SAVE_TURNS
    for (const [number, instance] of this.residents.all())
      if (number % SAVE_TURNS === this.saveTurn) instance.saveState()
    this.reports.flush()
    // checkpoints are due in a quiet market, too
    if (!this.scheduler.busy) this.rest({ idle: true, restIsLong: false })
  }

  /**
   * Between turns.
   * @param restIsLong who is light is done with the batch: the next one need not wait for the others.
   */
  private rest({ idle, restIsLong }: { readonly idle: boolean; readonly restIsLong: boolean }): void {
    this.gatewayClock.look()
    this.deps.running(0)
    if (idle) this.inputs.idle()
    this.reports.flush()
    this.reports.sendCountsWhenDue()
    if (this.deps.gateway.backlog === 0) this.keeper.rest()
    const done = this.unsettled.size === 0
    if (this.batchDueMs === undefined) {
      if (this.behind && done) this.say({ kind: 'caughtUp' })
    } else if (idle || restIsLong || this.deps.clock() > this.batchDueMs) {
      this.batchDueMs = undefined
      this.say({ kind: 'worked', behind: !done })
    } else return
    this.behind = !done
  }
}

export const stackOf = (error: unknown): string =>
  (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, MAX_TEXT)
