/**
 * One instance in its host: the sandbox, what waits for it, and what it answers. It has turns
 * (rounds.ts); a turn delivers the first waiting chunk and may end asleep.
 */
import { RecordCursor } from '../../sandbox/cursor'
import type { Engine } from '../../sandbox/engine'
import type { Fault } from '../../sandbox/fault'
import type { HandlerName } from '../../sandbox/layout'
import type { Outcome } from '../../sandbox/lift'
import type { WordTable } from '../../sandbox/words'
import { RiskGate, type RiskTerms } from '../../trading/risk/gate'
import type { LaunchSpec, Stopped } from '../launch'
import type { Act, Counts, LaunchOrder, Settled } from '../protocol'
import { packCheckpoint } from './checkpoint'
import type { Chunk } from './chunk'
import { ChunkQueue } from './chunk-queue'
import { complaint } from './complaint'
import { Desk } from './desk'
import type { GatewayClock } from './gateway-clock'
import { KeptState } from './kept-state'
import type { Logbook } from './logbook'
import { Mirror } from './mirror'
import type { Rounds, Turner } from './rounds'
import { createStrategy, fileNameOf, type Strategy } from './strategy'

/** A longer sleep ends here. */
const MAX_SLEEP_MS = 24 * 3_600_000

/** What an instance is given by its host. */
export interface Surroundings {
  readonly engine: Engine
  readonly words: WordTable
  readonly rounds: Rounds
  /** Numbers of those that are asleep. */
  readonly sleepers: Set<number>
  readonly maxWaiting: number
  readonly now: () => number
  readonly gatewayClock: GatewayClock
  /** Who is running now; 0 for nobody. */
  readonly running: (number: number) => void
  readonly logbook: (number: number) => Logbook
  readonly send: {
    acts(number: number, acts: readonly Act[], settled: Settled): void
    /** Own records of it that were handled, and nothing came of them. */
    handled(number: number, settled: Settled): void
    state(number: number, state: string): void
    failed(number: number, reason: string): void
  }
  /** After each change of its counts. */
  readonly counted: (instance: Instance) => void
}

export class Instance implements Turner {
  queued = false
  private readonly spec: LaunchSpec
  private readonly fileName: string
  private readonly mirror: Mirror
  private readonly logbook: Logbook
  private readonly gate: RiskGate
  private readonly desk: Desk
  private readonly queue: ChunkQueue
  private readonly strategy: Strategy
  private acts: Act[] = []
  /** Acts of what is being delivered have left, before it fell asleep. */
  private acted = false
  private events = 0
  private dropped = 0
  private conflated = 0
  private errors = 0
  private readonly state: KeptState
  private touched = false
  private mode: 'creating' | 'waiting' | 'working' | 'asleep' | 'ended' = 'creating'
  private alarm: Timer | undefined
  /** Where the last sleep ended: its own clock does not go back behind that. */
  private awakeMs = 0
  /** Of what is being delivered, the record whose handler has called last. */
  private calling = 0

  /**
   * @param predecessor runs the program that this one is to replace: its events and accounts are taken over.
   * @throws Failure launch_failed; the predecessor goes on then.
   */
  constructor(
    private readonly around: Surroundings,
    launch: LaunchOrder,
    prices: ReadonlyMap<number, Uint8Array>,
    predecessor?: Instance,
  ) {
    const { number, spec, startMs } = launch
    this.number = number
    this.spec = predecessor ? { ...spec, state: predecessor.stateNow() } : spec
    this.state = new KeptState(this.spec.state, predecessor?.state.told ?? spec.state)
    this.fileName = fileNameOf(spec.program)
    this.logbook = around.logbook(number)
    this.queue = predecessor?.queue ?? new ChunkQueue({ maxWaiting: around.maxWaiting, maxAgeMs: launch.maxAgeMs })
    this.mirror = predecessor?.mirror ?? new Mirror(spec.scope, around.words)
    if (!predecessor) this.mirror.seed(prices)
    this.gate = predecessor?.gate ?? new RiskGate()
    const { breakers, ...terms } = launch.risk
    this.gate.update(predecessor || !breakers ? terms : { ...terms, breakers })
    this.desk = new Desk(spec, `${spec.instanceId}-${startMs.toString(36)}`, this.mirror, this.gate, {
      reach: (record) => this.reach(record),
      ownLeft: () => this.queue.ownLeft,
      log: (message) => this.logbook.line('info', 'strategy', message),
      note: (message) => this.logbook.line('info', 'host', message),
      act: (act) => void this.acts.push(act),
      handler: (record) => this.handlerAt(record),
      ownMs: (marketMs) => Math.max(marketMs, this.awakeMs),
      sleep: (ms, fromMs) => this.sleep(ms, fromMs),
      now: around.now,
    })
    around.running(number)
    const market = Buffer.concat([...prices.values()])
    this.strategy = createStrategy(around.engine, this.desk, this.spec, launch.tradingActive, market, around.words)
    around.running(0)
    this.mode = 'waiting'
    predecessor?.leave()
    if (this.queue.first) around.rounds.add(this)
  }

  readonly number: number

  get started(): Strategy['started'] {
    return this.strategy.started
  }

  get scope(): LaunchSpec['scope'] {
    return this.spec.scope
  }

  get counts(): Counts {
    const { number, events, dropped, conflated, errors } = this
    const { orders, skipped: skippedOrders } = this.desk
    const { lagMs } = this.queue
    const logs = this.logbook.count
    return { number, events, dropped, conflated, lagMs, cpuMs: 0, errors, orders, skippedOrders, logs }
  }

  /** By what its orders are judged from now on. */
  limit(terms: RiskTerms): void {
    this.gate.update(terms)
  }

  push(chunk: Chunk): void {
    if (this.mode === 'ended') return
    this.queue.push(chunk)
    if (this.queue.isLong) {
      this.relieve(chunk.atMs)
      this.around.counted(this)
    }
    if (this.mode === 'waiting') this.around.rounds.add(this)
  }

  turn(): boolean {
    if (this.mode !== 'waiting' || !this.queue.first) return false
    this.relieve(this.around.gatewayClock.nowMs)
    this.mode = 'working'
    this.touched = true
    this.around.running(this.number)
    this.around.rounds.begin()
    return this.deliver()
  }

  /** Leaves out market data that is too old, or too much. */
  private relieve(nowMs: number): void {
    const left = this.queue.relieve(nowMs, this.mode !== 'waiting')
    if (!left) return
    this.conflated += left.conflated
    this.dropped += left.conflated + left.dropped
  }

  /** Sends the JSON of `helpers.state` when it is not what was sent last; not while it sleeps. */
  saveState(): void {
    if (this.mode !== 'waiting') return
    if (this.touched) this.stateNow()
    this.touched = false
    const untold = this.state.tell()
    if (untold !== undefined) this.around.send.state(this.number, untold)
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
    if (this.mode === 'waiting') this.complain(this.readState())
    return this.state.json
  }

  /** Not while it is at work. @returns what is wrong with it. */
  private readState(): Fault | undefined {
    this.around.running(this.number)
    const fault = this.state.read(this.strategy.sandbox)
    this.around.running(0)
    return fault
  }

  /** Of a state that cannot be read. */
  private complain(fault: Fault | undefined): void {
    if (!fault) return
    const sentence = complaint('helpers.state', this.fileName, fault)
    if (!this.strategy.sandbox.alive) this.fail(sentence, false)
    else this.logbook.line('error', 'host', `${sentence}; it is not saved`)
  }

  /** Another one goes on from here; the event that it sleeps in is not handled again. */
  private leave(): void {
    if (this.mode === 'asleep') {
      this.settle(this.queue.done + this.calling + 1, false)
      this.queue.consume(this.calling + 1)
    }
    this.end()
  }

  /** True: it has acted, and is not asleep: all of that leaves when it finishes, in a moment. */
  private deliver(): boolean {
    this.strategy.sandbox.deliverSuspending(this.queue.portion, this.around.words).then(
      (outcome) => this.finish(outcome),
      (error: unknown) =>
        this.fail(`a fault of ours ended it: ${error instanceof Error ? error.stack : String(error)}`, true),
    )
    return this.acts.length > 0
  }

  private finish(outcome: Outcome): void {
    const { consumed, ordered, fault } = outcome
    const chunk = this.queue.first!
    // It slept, and its turn was over then.
    if (this.mode === 'ended') return
    const upTo = this.queue.done + consumed
    this.mirror.passed(chunk, upTo)
    const isOver = fault?.cause === 'interrupted' || !this.strategy.sandbox.alive
    this.settle(upTo, !isOver)
    if (fault) {
      const sentence = complaint(this.handlerAt(consumed - 1), this.fileName, fault)
      if (isOver) {
        this.fail(sentence, true)
        return
      }
      this.errors++
      this.logbook.line('error', 'host', sentence)
    }
    // reading its state may have ended it
    if (!this.strategy.sandbox.alive) {
      this.around.rounds.end()
      return
    }
    if (this.queue.consume(consumed)) this.events += chunk.events
    else if (!ordered && !fault && this.queue.atCut) {
      this.around.running(this.number)
      this.deliver()
      return
    }
    this.mode = 'waiting'
    if (this.queue.first) this.around.rounds.add(this)
    this.around.counted(this)
    this.around.rounds.end()
  }

  private fail(reason: string, inTurn: boolean): void {
    this.errors++
    this.logbook.notice('error', reason)
    this.sendActs()
    this.around.counted(this)
    this.end()
    this.around.send.failed(this.number, reason)
    if (inTurn) this.around.rounds.end()
  }

  private end(): void {
    if (this.mode === 'ended') return
    clearTimeout(this.alarm)
    this.around.sleepers.delete(this.number)
    this.mode = 'ended'
    this.strategy.sandbox[Symbol.dispose]()
  }

  private reach(record: number): number | undefined {
    const { first: chunk, done } = this.queue
    if (this.mode === 'creating' || !chunk) return undefined
    this.calling = record
    this.mirror.reach(chunk, done + record)
    return this.cursorAt(record).timeMs
  }

  /** On a recording's clock nobody waits. */
  private sleep(ms: number, fromMs: number): void | Promise<void> {
    if (!this.spec.recorded) return this.park(Math.min(ms, MAX_SLEEP_MS), fromMs)
    this.awakeMs = fromMs + ms
  }

  /** The strategy waits, and others have their turns. A stop leaves it parked for ever. */
  private async park(ms: number, fromMs: number): Promise<void> {
    this.sendActs()
    this.mode = 'asleep'
    this.around.sleepers.add(this.number)
    this.around.running(0)
    this.around.rounds.end()
    await new Promise<void>((resolve) => {
      this.alarm = setTimeout(resolve, ms)
    })
    this.around.gatewayClock.look()
    this.awakeMs = fromMs + ms
    this.mode = 'working'
    this.around.sleepers.delete(this.number)
    this.around.rounds.begin()
    this.around.running(this.number)
  }

  /** At once, of who falls asleep: it has acted, and is not to do it again. */
  private sendActs(): void {
    if (this.acts.length === 0) return
    const handled = this.queue.passOwn(this.queue.done + this.calling + 1)
    this.around.send.acts(this.number, this.acts, { handled })
    this.acts = []
    this.acted = true
  }

  /** The records before an index of the first chunk are done with; what they have made of the state is saved with that. */
  private settle(upTo: number, isIntact: boolean): void {
    const { acts, acted } = this
    const handled = this.queue.passOwn(upTo)
    const hasActed = acted || acts.length > 0
    this.acts = []
    this.acted = false
    const fault = isIntact && (handled > 0 || hasActed) ? this.readState() : undefined
    const state = this.state.tell()
    const settled = { handled, ...(state !== undefined && { state }) }
    if (acts.length > 0) this.around.send.acts(this.number, acts, settled)
    else if (handled > 0) this.around.send.handled(this.number, settled)
    else if (state !== undefined) this.around.send.state(this.number, state)
    this.complain(fault)
  }

  private handlerAt(record: number): HandlerName | 'a handler' {
    return record < 0 ? 'a handler' : (this.cursorAt(record).handler ?? 'a handler')
  }

  /** At a record of what is being delivered. */
  private cursorAt(record: number): RecordCursor {
    const cursor = new RecordCursor(this.queue.portion)
    for (let i = 0; i <= record; i++) cursor.next()
    return cursor
  }
}
