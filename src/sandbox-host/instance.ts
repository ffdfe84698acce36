/**
 * One instance in its host: the sandbox, what waits for it, and what it answers. It has turns
 * (scheduler.ts); a turn delivers as much of the first waiting chunk as its time allows and may end asleep, goes on
 * after a sleep, or reads `helpers.state`: all of it is the guest's work, and in its account.
 */
import { Failure } from '../errors/failure'
import type { LaunchOrder, LaunchSpec } from '../protocol/launch'
import type { Counts, RecoveredInstance, Stopped } from '../protocol/reported'
import type { Fault } from '../sandbox/fault'
import { faultMessage } from '../sandbox/fault-message'
import type { Outcome } from '../sandbox/lift'
import type { RiskGate, RiskTerms } from '../trading/risk/gate'
import type { LineOutlet, Logbook } from '../trading/session/logbook'
import { idPrefix } from '../trading/session/order-entry'
import { Session, type SessionPort } from '../trading/session/session'
import type { AccountViews } from './account-views'
import { type Belongings, newBelongings } from './belongings'
import { packCheckpoint } from './checkpoint'
import type { Chunk } from './chunk'
import type { ChunkQueue } from './chunk-queue'
import type { Resident } from './inputs/entry'
import type { InstanceDeps } from './instance-deps'
import { KeptState } from './kept-state'
import { Nap } from './nap'
import { Pace } from './pace'
import { Portion } from './portion'
import type { Task } from './scheduler'
import { sessionPort } from './session-port'
import { Settling } from './settling'
import type { Share } from './share'
import type { InstanceState, Progress, Snapshot } from './snapshot'
import { createStrategy, fileNameOf, type Strategy } from './strategy'
import { Tally } from './tally'

/** A longer sleep ends here. */
const MAX_SLEEP_MS = 24 * 3_600_000
/**
 * Reports that may wait to be handled, those of orders on their way included. It takes seconds of orders at the highest
 * rate to get so far behind; who did could only ever get further.
 */
const MOST_UNHANDLED = 1000

export class Instance implements Task, Disposable {
  queued = false
  private readonly launch: LaunchOrder
  private readonly spec: LaunchSpec
  /** What its orders are judged by. */
  private terms: RiskTerms
  private readonly fileName: string
  private readonly belongings: Belongings
  private readonly accountViews: AccountViews
  private readonly gate: RiskGate
  private readonly session: Session
  private readonly queue: ChunkQueue
  private readonly strategy: Strategy
  private readonly settling: Settling
  private readonly tally = new Tally()
  private readonly state: KeptState
  private touched = false
  /** Another one has taken its place, and what waited for it. */
  private isSucceeded = false
  /** A turn is to read its state. */
  private stateDue = false
  private mode: 'creating' | 'waiting' | 'working' | 'asleep' | 'awake' | 'ended' = 'creating'
  private readonly nap = new Nap()
  private readonly portion = new Portion()
  private readonly pace = new Pace()
  /** Time of its share that the programs in whose place it is have used, ms. */
  private readonly usedBeforeMs: number
  /** Handled in the last turn. */
  private records = 0
  /** The time of the last event that it was called for, ms. */
  private marketMs = 0

  /**
   * @param share of the host's time; that of its predecessor.
   * @param predecessor runs the program that this one is to replace: its events and accounts are taken over.
   * @throws Failure launch_failed; the predecessor goes on then.
   */
  constructor(
    private readonly deps: InstanceDeps,
    launch: LaunchOrder,
    prices: ReadonlyMap<number, Uint8Array>,
    readonly share: Share,
    predecessor?: Instance,
  ) {
    const { number, spec, startMs } = launch
    this.number = number
    this.startMs = startMs
    this.usedBeforeMs = share.usedMs
    this.launch = launch
    this.spec = predecessor ? { ...spec, state: predecessor.stateNow() } : spec
    // reading its state may have ended it
    if (predecessor?.mode === 'ended') throw new Failure('launch_failed', 'the instance runs no more')
    this.state = new KeptState(this.spec.state, predecessor?.state.told ?? spec.state)
    this.fileName = fileNameOf(spec.program)
    this.belongings = predecessor?.belongings ?? newBelongings(deps, launch, prices)
    const { queue, accountViews, gate, told } = this.belongings
    this.queue = queue
    this.accountViews = accountViews
    this.gate = gate
    const { breakers, ...terms } = launch.risk
    this.terms = terms
    gate.update(predecessor || !breakers ? terms : { ...terms, breakers })
    const { dryRun, seed, rates } = this.spec
    this.settling = new Settling({
      number,
      queue: this.queue,
      state: this.state,
      told,
      send: deps.send,
      read: () => this.readState(),
      saves: (length) => deps.time.turns.saves(share, length),
    })
    const prefix = idPrefix(spec.instanceId, startMs)
    this.session = new Session({ idPrefix: prefix, dryRun, seed, rates }, this.gate, this.port(), this.lines())
    deps.running(predecessor ? -number : number)
    const market = Buffer.concat([...prices.values()])
    const host = deps.watched?.(this.session, launch) ?? this.session
    this.strategy = createStrategy(deps.engine, host, this.spec, launch.tradingActive, market, deps.words)
    deps.running(0)
    this.mode = 'waiting'
    predecessor?.leave()
    if (predecessor) told.rolls++
    if (this.queue.first) {
      this.isWaitedFor()
      deps.time.turns.add(this)
    }
  }

  readonly number: number

  /** When it was launched: no two starts have the same. */
  private readonly startMs: number

  get started(): Strategy['started'] {
    return this.strategy.started
  }

  get scope(): LaunchSpec['scope'] {
    return this.spec.scope
  }

  /** As the log of inputs knows it. */
  get resident(): Resident {
    const scope = this.scope.map(({ provider, symbols }) => ({ provider, symbols }))
    return { instanceId: this.spec.instanceId, startMs: this.startMs, scope, ...this.started }
  }

  get counts(): Counts {
    const cpuMs = this.share.usedMs - this.usedBeforeMs
    return this.tally.counts({ number: this.number, startMs: this.startMs }, this.session, this.queue.lagMs, cpuMs)
  }

  private get logbook(): Logbook {
    return this.session.logbook
  }

  private port(): SessionPort {
    return sessionPort({
      scope: this.spec.scope,
      accountViews: this.accountViews,
      reach: (record) => this.reach(record),
      timeOf: (record) => this.timeOf(record),
      isOfRefusal: (record) => this.portion.handlerAt(record) === 'onRiskControl',
      act: (act) => this.settling.add(act),
      closed: () => this.tooFarBehind(),
      sleep: (ms) => this.sleep(ms),
      now: () => this.deps.time.chances.now(this.number),
    })
  }

  private lines(): LineOutlet {
    const { number } = this
    const outlet = this.deps.lines(number, this.belongings.told)
    return {
      hasRoom: (bytes) => this.deps.time.chances.admits(number, () => outlet.hasRoom(bytes)),
      send: (line, timeMs) => outlet.send(line, timeMs),
    }
  }

  private tooFarBehind(): string | undefined {
    if (this.isRecorded || this.queue.ownLeft + this.accountViews.awaited < MOST_UNHANDLED) return undefined
    return `${MOST_UNHANDLED} reports of its orders wait to be handled: it orders again when it has caught up`
  }

  /** Sets what its orders are judged by from now on. */
  limit(terms: RiskTerms): void {
    const { breakers: _, ...binding } = terms
    this.terms = binding
    this.gate.update(terms)
  }

  push(chunk: Chunk): void {
    if (this.mode === 'ended') return
    if (!this.queue.first) this.deps.load.waiting++
    this.queue.push(chunk)
    this.isWaitedFor()
    if (this.queue.isLong) {
      this.relieve(chunk.atMs)
      this.deps.counted(this.number)
    }
    if (this.mode === 'waiting') this.deps.time.turns.add(this)
  }

  private isWaitedFor(): void {
    if (this.spec.awaited) this.deps.unsettled.add(this.number)
  }

  turn(): boolean {
    if (this.mode === 'awake') {
      this.deps.time.chances.woke(this.number)
      this.nap.goOn()
      return true
    }
    if (this.mode !== 'waiting') return false
    if (this.stateDue) {
      this.stateDue = false
      this.sendState()
      if (this.queue.first) this.deps.time.turns.add(this)
      return false
    }
    if (!this.queue.first) return false
    this.relieve(this.deps.gatewayClock.nowMs)
    this.mode = 'working'
    this.touched = true
    this.pace.took(this.share.turnMs, this.records)
    this.records = 0
    this.deps.running(this.number)
    this.deliver()
    return true
  }

  /** Leaves out market data that is too old, or too much. */
  private relieve(nowMs: number): void {
    const { chances } = this.deps.time
    if (chances.isRepeating) return
    const left = this.queue.relieve(nowMs, this.mode !== 'waiting')
    if (!left) return
    chances.relieved(this.number, nowMs)
    this.tally.leftOut(left)
  }

  /** Something waits for it, and it is neither asleep nor at its end. */
  get isDue(): boolean {
    return this.mode === 'waiting' && this.queue.first !== undefined
  }

  /** It plays a recording. */
  get isRecorded(): boolean {
    return this.deps.isRecorded?.() ?? this.spec.recorded
  }

  /** How often another program has taken its place. */
  get rolls(): number {
    return this.belongings.told.rolls
  }

  /** How much of it there was to tell, since its launch. */
  get progress(): Progress {
    const { queue, told } = this.belongings
    return { acts: told.acts, lines: told.lines, handled: queue.ownHandled }
  }

  /** See `RecoveredInstance`. */
  get given(): Pick<RecoveredInstance, 'reported' | 'waiting'> {
    const { reported, reportsLeft } = this.queue
    return { reported, waiting: reportsLeft }
  }

  /** The JSON of `helpers.state` as it was told last. */
  get toldState(): string {
    return this.state.told
  }

  /** Nothing waits, and it does nothing. */
  get isQuiet(): boolean {
    return this.mode === 'waiting' && this.queue.first === undefined && !this.stateDue
  }

  /** What its host did before, as it was kept. */
  repeat(what: 'saved' | 'woke' | { readonly relievedMs: number }): void {
    if (what === 'saved') this.sendState()
    else if (what === 'woke') this.mode = 'awake'
    else {
      const left = this.queue.leaveOut(what.relievedMs, this.mode !== 'waiting')
      if (left) this.tally.leftOut(left)
    }
  }

  /** See `Residents.snapshot`. @param market the last priced records that it can see. */
  snapshot(market: () => Uint8Array): Snapshot | undefined {
    const { told, accountViews, gate, queue } = this.belongings
    if (!this.isQuiet || !this.strategy.sandbox.alive) return undefined
    const { scope, ...accounts } = accountViews.state
    const { launch, spec, session, tally, touched, marketMs } = this
    const { checkpoint: _, ...asked } = spec
    const checkpoint = packCheckpoint(this.strategy.sandbox, this.started)
    return {
      launch: {
        ...launch,
        spec: { ...asked, scope: [...scope], state: this.state.json, checkpoint },
        risk: this.terms,
        market: market(),
      },
      state: {
        session: session.state,
        gate: gate.state,
        accounts,
        tally: tally.state,
        toldState: this.state.told,
        touched,
        marketMs,
        rolls: told.rolls,
        reported: queue.reported,
        ...this.progress,
      },
    }
  }

  /** Goes on from a snapshot, right behind its launch. */
  resume({
    session,
    gate,
    accounts,
    tally,
    toldState,
    touched,
    marketMs,
    acts,
    rolls,
    lines,
    handled,
    reported,
  }: InstanceState): void {
    this.session.state = session
    this.gate.state = gate
    this.accountViews.resume(accounts)
    this.tally.state = tally
    this.state.told = toldState
    this.touched = touched
    this.marketMs = marketMs
    Object.assign(this.belongings.told, { acts, lines, rolls })
    this.queue.ownHandled = handled
    this.queue.reported = reported
  }

  /** All was repeated: from here on it goes by the clock. @param sleptMs when it fell asleep, ms since 1970, if it is. */
  goOn(sleptMs: number | undefined, nowMs: number): void {
    if (sleptMs !== undefined) this.nap.setAlarm(nowMs - sleptMs)
    else if (this.isDue) this.deps.time.turns.add(this)
  }

  /** Has the JSON of `helpers.state` sent when it is not what was sent last; not while it sleeps. */
  saveState(): void {
    if (this.mode !== 'waiting') return
    // who did nothing meanwhile has nothing to read
    if (!this.touched) {
      this.sendState()
      return
    }
    this.stateDue = true
    this.deps.time.turns.add(this)
  }

  private sendState(): void {
    if (this.touched) {
      this.deps.time.chances.saved(this.number)
      this.stateNow()
    }
    this.touched = false
    this.settling.sendState()
  }

  /** In the middle of a call: so it is, too, for whoever does again what led here. */
  get isAsleep(): boolean {
    return this.mode === 'asleep' || this.mode === 'awake'
  }

  /** It stays parked here: another host wakes it when its time has come. */
  sleepOn(): Stopped {
    this.nap.cancel()
    this.mode = 'asleep'
    return { state: this.state.json, asleep: true }
  }

  /** Ends it at once. */
  stop(): Stopped {
    const state = this.stateNow()
    const checkpoint = this.mode === 'waiting' ? packCheckpoint(this.strategy.sandbox, this.started) : undefined
    this.end()
    return { state, ...(checkpoint && { checkpoint }) }
  }

  /** The JSON of `helpers.state` as it is, or as it was before it fell asleep. */
  private stateNow(): string {
    if (this.mode === 'waiting') this.complain(this.settling.look())
    return this.state.json
  }

  private readState(): Fault | undefined {
    this.deps.running(this.number)
    const fault = this.state.read(this.strategy.sandbox)
    this.deps.running(0)
    return fault
  }

  /** Tells of a state that cannot be read. Who takes too long for that is ended, as who takes too long for an event. */
  private complain(fault: Fault | undefined): void {
    if (!fault) return
    if (fault.cause === 'interrupted' || !this.strategy.sandbox.alive)
      this.fail(faultMessage('helpers.state', this.fileName, fault), false)
    else this.say(this.unsaved(fault))
  }

  private say(sentence: string): void {
    this.logbook.say('error', sentence, this.session.ownMs(this.marketMs))
  }

  private unsaved(fault: Fault): string {
    return `${faultMessage('helpers.state', this.fileName, fault)}; it is not saved`
  }

  /** Another one goes on from here; the event that it sleeps in is not handled again. */
  private leave(): void {
    this.isSucceeded = true
    if (this.isAsleep) {
      this.settling.settle(this.calledUpTo, false)
      this.consume(this.portion.calling + 1)
    }
    this.end()
  }

  /** Ends with `finish`, or asleep. */
  private deliver(): void {
    const whole = this.queue.portion
    this.portion.bytes = this.deps.time.chances.portion(this.number, whole, () => this.pace.cut(whole))
    this.strategy.sandbox.deliverSuspending(this.portion.bytes, this.deps.words).then(
      (outcome) => this.finish(outcome),
      (error: unknown) =>
        this.fail(`a fault of ours ended it: ${error instanceof Error ? error.stack : String(error)}`, true),
    )
  }

  private finish(outcome: Outcome): void {
    const { consumed, ordered, fault } = outcome
    const chunk = this.queue.first!
    // It slept, and its turn was over then.
    if (this.mode === 'ended') return
    const upTo = this.queue.done + consumed
    this.records += consumed
    this.accountViews.passed(chunk, upTo)
    if (fault && consumed > 0) this.marketMs = this.portion.at(consumed - 1).timeMs
    const isOver = fault?.cause === 'interrupted' || !this.strategy.sandbox.alive
    this.settle(upTo, !isOver)
    if (fault) {
      const sentence = faultMessage(this.portion.handlerAt(consumed - 1), this.fileName, fault)
      if (isOver) {
        this.fail(sentence, true)
        return
      }
      this.tally.exceptions++
      this.say(sentence)
    }
    const { turns } = this.deps.time
    // reading its state may have ended it
    if (!this.strategy.sandbox.alive) {
      turns.end()
      return
    }
    if (this.consume(consumed)) this.tally.events += chunk.events
    else if (!ordered && !fault && this.queue.atCut && !turns.isLong) {
      this.deps.running(this.number)
      this.deliver()
      return
    }
    this.mode = 'waiting'
    if (this.queue.first) turns.add(this)
    else this.deps.unsettled.delete(this.number)
    this.deps.counted(this.number)
    turns.end()
  }

  /** @returns the chunk when it is done with. */
  private consume(records: number): Chunk | undefined {
    const done = this.queue.consume(records)
    if (done && !this.queue.first) this.deps.load.waiting--
    return done
  }

  private fail(reason: string, inTurn: boolean): void {
    this.tally.hasFailed = true
    this.logbook.add('error', 'host', reason, this.session.ownMs(this.marketMs))
    this.settling.sendActs(this.calledUpTo)
    this.deps.counted(this.number)
    this.end()
    this.deps.send.failed(this.number, reason)
    if (inTurn) this.deps.time.turns.end()
  }

  [Symbol.dispose](): void {
    this.end()
  }

  private end(): void {
    if (this.mode === 'ended') return
    this.nap.cancel()
    if (this.queue.first && !this.isSucceeded) this.deps.load.waiting--
    this.deps.unsettled.delete(this.number)
    this.mode = 'ended'
    this.strategy.sandbox[Symbol.dispose]()
  }

  private reach(record: number): number | undefined {
    const timeMs = this.timeOf(record)
    if (timeMs === undefined) return undefined
    const { first: chunk, done } = this.queue
    this.portion.calling = record
    this.accountViews.reach(chunk!, done + record)
    return timeMs
  }

  private timeOf(record: number): number | undefined {
    if (this.mode === 'creating' || !this.queue.first) return undefined
    this.marketMs = this.portion.at(record).timeMs
    return this.marketMs
  }

  /** On a recording's clock nobody waits. */
  private sleep(ms: number): void | Promise<void> {
    if (!this.isRecorded) return this.park(Math.min(ms, MAX_SLEEP_MS))
  }

  /** The strategy waits, and others have their turns; it goes on in a turn of its own. A stop leaves it parked for ever. */
  private async park(ms: number): Promise<void> {
    const { running, time } = this.deps
    const { turns, chances } = time
    const fault = this.settling.settleAsleep(ms, this.calledUpTo)
    if (fault) this.say(this.unsaved(fault))
    this.mode = 'asleep'
    chances.slept(this.number)
    running(0)
    // the guest is still on the stack
    queueMicrotask(() => turns.end())
    const over = this.nap.sleep(ms, () => {
      this.mode = 'awake'
      this.deps.time.turns.add(this)
    })
    if (!chances.isRepeating) this.nap.setAlarm(0)
    await over
    this.deps.gatewayClock.look()
    this.mode = 'working'
    running(this.number)
  }

  /** The index in the first chunk behind the record whose handler has called last. */
  private get calledUpTo(): number {
    return this.queue.done + this.portion.calling + 1
  }

  /** The records before an index of the first chunk are done with. */
  private settle(upTo: number, isIntact: boolean): void {
    this.complain(this.settling.settle(upTo, isIntact))
  }
}
