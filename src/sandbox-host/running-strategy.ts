/**
 * A strategy at work for an instance: its sandbox, its session, and what it has come to. It knows of no turns. Another
 * program in its place is another one of these; what outlives it are the instance's belongings.
 */
import { type LaunchOrder, onceLaunched } from '../protocol/launch'
import type { Counts, RecoveredInstance } from '../protocol/reported'
import type { Fault } from '../sandbox/fault'
import { faultMessage } from '../sandbox/fault-message'
import type { Sandbox, Started } from '../sandbox/sandbox'
import type { RiskTerms } from '../trading/risk/gate'
import type { LineOutlet } from '../trading/session/logbook'
import { idPrefix } from '../trading/session/order-entry'
import { Session } from '../trading/session/session'
import type { Belongings } from './belongings'
import { packCheckpoint } from './checkpoint'
import type { Delivery } from './delivery'
import type { Resident } from './inputs/entry'
import type { InstanceDeps } from './instance-deps'
import type { KeptState } from './kept-state'
import { sessionPort } from './session-port'
import { Settling } from './settling'
import type { Share } from './share'
import { type InstanceState, type Progress, progressOf, resume, type Snapshot, snapshotOf } from './snapshot'
import { createStrategy, fileNameOf } from './strategy'
import type { Tally } from './tally'

export interface RunningStrategyDeps {
  readonly host: InstanceDeps
  readonly share: Share
  readonly belongings: Belongings
  readonly delivery: Delivery
  /** It begins with what that was last. */
  readonly state: KeptState
  readonly tally: Tally
  /** It takes the place of another program. */
  readonly isSuccessor: boolean
  /** Resolves when it is to go on. */
  readonly sleep: (ms: number) => Promise<void>
  /** It has to end. */
  readonly fail: (reason: string) => void
}

export class RunningStrategy {
  readonly started: Started
  readonly sandbox: Sandbox
  readonly state: KeptState
  private readonly settling: Settling
  private readonly session: Session
  private readonly fileName: string
  /** What its orders are judged by. */
  private terms: RiskTerms
  /** Time of its share that the programs in whose place it is have used, ms. */
  private readonly usedBeforeMs: number
  private isCreated = false
  /** As it is told on, but for what it has come to since. */
  private readonly launch: LaunchOrder

  /** @param prices the last priced records of what it can see. @throws Failure launch_failed. */
  constructor(
    private readonly deps: RunningStrategyDeps,
    launch: LaunchOrder,
    prices: ReadonlyMap<number, Uint8Array>,
  ) {
    const { host, share, belongings, delivery, state, isSuccessor, sleep } = deps
    const { number, spec, startMs, tradingActive } = launch
    const { queue, accountViews, gate, told } = belongings
    const { engine, words, send, running, time } = host
    this.launch = { ...launch, spec: onceLaunched(spec), market: NO_RECORDS }
    this.state = state
    this.usedBeforeMs = share.usedMs
    this.fileName = fileNameOf(spec.program)
    const { breakers, ...terms } = launch.risk
    this.terms = terms
    gate.update(isSuccessor || !breakers ? terms : { ...terms, breakers })
    const saves = (length: number) => time.turns.saves(share, length)
    this.settling = new Settling({ number, queue, state, told, send, read: () => this.readState(), saves })
    const { instanceId, dryRun, seed, rates } = spec
    const sessionTerms = { idPrefix: idPrefix(instanceId, startMs), dryRun, seed, rates }
    const port = sessionPort({
      scope: this.launch.spec.scope,
      queue,
      accountViews,
      delivery,
      isCreated: () => this.isCreated,
      isRecorded: () => this.isRecorded,
      act: (act) => this.settling.add(act),
      sleep,
      now: () => time.chances.now(number),
    })
    this.session = new Session(sessionTerms, gate, port, this.lines())
    running(isSuccessor ? -number : number)
    const market = Buffer.concat([...prices.values()])
    const calls = host.watched?.(this.session, launch) ?? this.session
    const { sandbox, started } = createStrategy(engine, calls, spec, tradingActive, market, words)
    running(0)
    this.sandbox = sandbox
    this.started = started
    this.isCreated = true
  }

  private lines(): LineOutlet {
    const { host, belongings } = this.deps
    const { number } = this.launch
    const outlet = host.lines(number, belongings.told)
    return {
      hasRoom: (bytes) => host.time.chances.admits(number, () => outlet.hasRoom(bytes)),
      send: (line, timeMs) => outlet.send(line, timeMs),
    }
  }

  /** As the log of inputs knows it. */
  get resident(): Resident {
    const { startMs, spec } = this.launch
    const scope = spec.scope.map(({ provider, symbols }) => ({ provider, symbols }))
    return { instanceId: spec.instanceId, startMs, scope, ...this.started }
  }

  /** It plays a recording. */
  get isRecorded(): boolean {
    return this.deps.host.isRecorded?.() ?? this.launch.spec.recorded
  }

  /** How often another program has taken the instance's place. */
  get rolls(): number {
    return this.deps.belongings.told.rolls
  }

  /** How much there was to tell of the instance, since its launch. */
  get progress(): Progress {
    return progressOf(this.deps.belongings)
  }

  /** How it goes on in the place of one that another host had. */
  get recovered(): Omit<RecoveredInstance, 'number'> {
    const { reported, reportsLeft: waiting } = this.deps.belongings.queue
    return { started: this.started, ...this.progress, reported, waiting }
  }

  get counts(): Counts {
    const { share, belongings, tally } = this.deps
    return tally.counts(this.launch, this.session, belongings.queue.lagMs, share.usedMs - this.usedBeforeMs)
  }

  /** Sets what its orders are judged by from now on. */
  limit(terms: RiskTerms): void {
    const { breakers: _, ...binding } = terms
    this.terms = binding
    this.deps.belongings.gate.update(terms)
  }

  /** Its memory, while no handler of it runs. */
  checkpoint(): Uint8Array {
    return packCheckpoint(this.sandbox, this.started)
  }

  /** As it stands between two events. @param market the last priced records that it can see. */
  snapshot(market: Uint8Array): Snapshot {
    const { launch, terms: risk } = this
    const spec = { ...launch.spec, checkpoint: this.checkpoint() }
    return snapshotOf({ ...this.deps, session: this.session }, { ...launch, spec, risk, market })
  }

  /** Goes on from a snapshot, right behind its launch. */
  resume(state: InstanceState): void {
    resume({ ...this.deps, session: this.session }, state)
  }

  /**
   * The records before an index of the first chunk are done with; what they have made of the state is saved with that.
   * @param isIntact the state can be read.
   */
  settle(upTo: number, isIntact: boolean): void {
    this.complain(this.settling.settle(upTo, isIntact))
  }

  /** Before it falls asleep: see `Settling.settleAsleep`. */
  settleAsleep(ms: number): void {
    const fault = this.settling.settleAsleep(ms, this.deps.delivery.calledUpTo)
    if (fault) this.sayUnsaved(fault)
  }

  /** Reads `helpers.state`. */
  lookAtState(): void {
    this.complain(this.settling.look())
  }

  /** Sends the state as it was read last, when the gateway has another one. */
  sendState(): void {
    this.settling.sendState()
  }

  private readState(): Fault | undefined {
    const { host, state } = this.deps
    host.running(this.launch.number)
    const fault = state.read(this.sandbox)
    host.running(0)
    return fault
  }

  /** Tells of a state that cannot be read. Who takes too long for that is ended, as who takes too long for an event. */
  private complain(fault: Fault | undefined): void {
    if (!fault) return
    if (this.isOver(fault)) this.deps.fail(this.sentence('helpers.state', fault))
    else this.sayUnsaved(fault)
  }

  private sayUnsaved(fault: Fault): void {
    this.say(`${this.sentence('helpers.state', fault)}; it is not saved`)
  }

  /** Whether it runs no more, after a fault or without one. */
  isOver(fault: Fault | undefined): boolean {
    return fault?.cause === 'interrupted' || !this.sandbox.alive
  }

  /** A fault in a sentence. @param where a handler, or `helpers.state`. */
  sentence(where: string, fault: Fault): string {
    return faultMessage(where, this.fileName, fault)
  }

  /** A handler has thrown, and it goes on. */
  threw(sentence: string): void {
    this.deps.tally.exceptions++
    this.say(sentence)
  }

  /** It has failed: its log says why, and what it has done leaves. */
  failed(reason: string): void {
    this.deps.tally.hasFailed = true
    this.session.logbook.add('error', 'host', reason, this.ownMs)
    this.settling.sendActs(this.deps.delivery.calledUpTo)
  }

  private say(sentence: string): void {
    this.session.logbook.say('error', sentence, this.ownMs)
  }

  private get ownMs(): number {
    return this.session.ownMs(this.deps.delivery.marketMs)
  }
}

const NO_RECORDS = new Uint8Array(0)
