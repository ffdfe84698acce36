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
import type { Compilation } from '../schema/metadata'
import { Compilations } from './compilations'
import { cpuClock } from './cpu-clock'
import { GatewayClock } from './gateway-clock'
import type { Outlet, SandboxHostDeps } from './host-deps'
import { InputLog } from './inputs/input-log'
import { KEEP_NOTHING, type Keep } from './inputs/past'
import { Recorder } from './inputs/recorder'
import { Recovery } from './inputs/recovery'
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

/** See `kept` of the protocol. */
const OF_INSTANCES: ReadonlySet<FromHost['kind']> = new Set(['acts', 'logs', 'handled', 'state', 'failed'])

type Compile = Extract<Request, { kind: 'compile' }>
type Recover = Extract<Request, { kind: 'recover' }>
type Heard = Exclude<ToHost, { kind: 'hello' }>

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
  private recorder: Recorder | undefined
  private retained: Keep = KEEP_NOTHING
  /** While it comes to where its predecessor was; what is heard meanwhile waits. */
  private repetition: Repetition | undefined
  private readonly waiting: [message: Heard, frame: Uint8Array][] = []
  private batchDueMs: number | undefined
  private batches = 0
  /** Messages of instances on this link. */
  private said = 0
  private readonly unsettled = new Set<number>()
  private behind = false
  private saveTurn = 0

  constructor(
    private readonly deps: SandboxHostDeps,
    readonly engine: Engine,
    private readonly settings: HostSettings,
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
    const isMute = (number: number) => this.repetition?.isLost(number) === true
    const countsOf = (number: number) => this.residents.get(number)?.counts
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
    this.residents = new Residents(instanceDeps, (number) => this.recording((recorder) => recorder.forget(number)))
    setInterval(() => this.save(), settings.saveEveryMs / SAVE_TURNS)
  }

  /** @param frame as the message came. @throws ProtocolError for records that are none. */
  take(message: Heard, frame: Uint8Array): void {
    try {
      if (message.kind === 'ping') this.deps.gateway.send({ kind: 'pong' })
      else if (message.kind === 'goOn') this.goOn()
      else if (message.kind === 'kept') this.recorder?.keeps(message)
      else if (message.kind === 'retain') this.retained = message
      else if (this.repetition) this.waiting.push([message, frame.slice()])
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
        this.compilations.push(this.compile(id, request))
        break
      case 'record':
        this.answer(id, () => this.record(request.path))
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
        if (request.kind === 'launch') this.recorder?.begins(request.launch.number)
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
    this.recording((recorder) => recorder.flush())
    if (OF_INSTANCES.has(message.kind)) this.said++
    this.deps.gateway.send(message)
  }

  /** Where the disk fails it goes on unrecorded, and the gateway is told. */
  private recording(act: (recorder: Recorder) => void): void {
    if (!this.recorder) return
    try {
      act(this.recorder)
    } catch (error) {
      this.recorder[Symbol.dispose]()
      this.recorder = undefined
      this.deps.gateway.send({ kind: 'unrecorded', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  private record(path: string): true {
    this.recorder?.[Symbol.dispose]()
    this.recorder = Recorder.begin(path, this.recorderDeps)
    return true
  }

  private get recorderDeps() {
    const { inputs: log, residents, words, deps, engine } = this
    const { mostRedoMs } = this.settings
    const { clock, now } = deps
    return {
      retained: () => this.retained,
      now,
      engine: engine.hash,
      log,
      residents,
      words,
      mostRedoMs,
      clock,
      batches: () => this.repetition?.batches ?? this.batches,
      said: () => this.said,
    }
  }

  /** @throws Error of the file, and of what is done. */
  private async recover({ path: folder, keep }: Recover): Promise<Recovered> {
    const { residents, words, inputs: live, deps } = this
    const recovery = new Recovery({
      ...this.recorderDeps,
      folder,
      keep,
      live,
      flush: () => this.reports.flush(),
    })
    const { recorder, repetition } = recovery
    this.recorder = recorder
    this.goBy(repetition)
    await recovery.run()
    this.batches = repetition.batches
    deps.running(0)
    this.behind = this.unsettled.size > 0
    const instances: RecoveredInstance[] = []
    for (const [number, instance] of residents.all()) {
      const { started, progress, given, toldState } = instance
      if (toldState !== NO_STATE) this.say({ kind: 'state', number, state: toldState })
      this.reports.counted(number)
      instances.push({ number, started, ...progress, ...given })
    }
    return { batches: this.batches, words: words.from(0), behind: this.behind, instances, lost: repetition.lost }
  }

  /** It is the clocks that decide, or what they have decided before. */
  private goBy(repetition: Repetition | undefined): void {
    this.repetition = repetition
    this.time.turns = repetition ?? this.scheduler
    this.time.chances = repetition ?? this.inputs
  }

  /** From where its predecessor was. */
  private goOn(): void {
    const { repetition } = this
    this.goBy(undefined)
    repetition?.goOn(this.deps.now())
    for (const [message, frame] of this.waiting.splice(0)) this.take(message, frame)
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
    if (this.repetition?.isLost(number)) return
    this.repetition?.failed(number)
    this.inputs.leaving(number)
    this.reports.flush()
    this.reports.sendCounts()
    this.say({ kind: 'failed', number, reason })
    this.residents.forget(number)
  }

  /** Those whose turn it is: all at once would be a burst that others wait for. */
  private save(): void {
    if (this.repetition) return
    this.saveTurn = (this.saveTurn + 1) % SAVE_TURNS
    for (const [number, instance] of this.residents.all())
      if (number % SAVE_TURNS === this.saveTurn) instance.saveState()
    this.reports.flush()
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
    if (this.deps.gateway.backlog === 0) this.recording((recorder) => recorder.rest())
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
