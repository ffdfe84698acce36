/**
 * One instance in its host: the strategy that runs, what waits for it, and when it works. It has turns (scheduler.ts); a
 * turn delivers as much of the first waiting chunk as its time allows and may end asleep, goes on after a sleep, or reads
 * `helpers.state`: all of it is the guest's work, and in its account.
 */
import { Failure } from '../errors/failure'
import type { LaunchOrder } from '../protocol/launch'
import type { Stopped } from '../protocol/reported'
import type { Outcome } from '../sandbox/lift'
import type { Started } from '../sandbox/sandbox'
import { type Belongings, newBelongings } from './belongings'
import type { Chunk } from './chunk'
import type { ChunkQueue } from './chunk-queue'
import { Delivery } from './delivery'
import type { Resident } from './inputs/entry'
import type { InstanceDeps } from './instance-deps'
import { KeptState } from './kept-state'
import { Nap } from './nap'
import { RunningStrategy } from './running-strategy'
import type { Task } from './scheduler'
import type { Share } from './share'
import type { Snapshot } from './snapshot'
import { Tally } from './tally'

export class Instance implements Task, Disposable {
  queued = false
  /** The program that runs. */
  readonly strategy: RunningStrategy
  private readonly number: number
  private readonly belongings: Belongings
  private readonly queue: ChunkQueue
  private readonly delivery: Delivery
  /** Another one has taken its place, and what waited for it. */
  private isSucceeded = false
  /** A turn is to read its state. */
  private stateDue = false
  private mode: 'waiting' | 'working' | 'ended' = 'waiting'
  private readonly nap = new Nap()

  /**
   * @param prices the last priced records of what it can see.
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
    const { number } = launch
    const { time, load, unsettled } = deps
    this.number = number
    const spec = predecessor ? { ...launch.spec, state: predecessor.stateNow() } : launch.spec
    // reading its state may have ended it
    if (predecessor?.mode === 'ended') throw new Failure('launch_failed', 'the instance runs no more')
    const state = new KeptState(spec.state, predecessor?.strategy.state.told ?? spec.state)
    this.belongings = predecessor?.belongings ?? newBelongings(deps, launch, prices)
    const { queue, accountViews, told } = this.belongings
    this.queue = queue
    const tally = new Tally()
    this.delivery = new Delivery({ number, isAwaited: spec.awaited, queue, accountViews, tally, time, load, unsettled })
    this.strategy = new RunningStrategy(
      {
        host: deps,
        share,
        belongings: this.belongings,
        delivery: this.delivery,
        state,
        tally,
        isSuccessor: predecessor !== undefined,
        sleep: (ms) => this.park(ms),
        fail: (reason) => this.fail(reason, false),
      },
      { ...launch, spec },
      prices,
    )
    predecessor?.leave()
    if (predecessor) told.rolls++
    if (queue.first) {
      this.delivery.isWaitedFor()
      time.turns.add(this)
    }
  }

  get started(): Started {
    return this.strategy.started
  }

  /** As the log of inputs knows it. */
  get resident(): Resident {
    return this.strategy.resident
  }

  /** Something waits for it, and it is neither asleep nor at its end. */
  get isDue(): boolean {
    return this.mode === 'waiting' && this.queue.first !== undefined
  }

  /** Nothing waits, and it does nothing. */
  get isQuiet(): boolean {
    return this.mode === 'waiting' && this.queue.first === undefined && !this.stateDue
  }

  /** In the middle of a call: so it is, too, for whoever does again what led here. */
  get isAsleep(): boolean {
    return this.mode !== 'ended' && this.nap.isOn
  }

  push(chunk: Chunk): void {
    if (this.mode === 'ended') return
    this.delivery.push(chunk)
    if (this.queue.isLong) {
      this.delivery.relieve(chunk.atMs, this.mode !== 'waiting')
      this.deps.counted(this.number)
    }
    if (this.mode === 'waiting') this.deps.time.turns.add(this)
  }

  turn(): boolean {
    if (this.nap.isOver) {
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
    this.delivery.relieve(this.deps.gatewayClock.nowMs, false)
    this.mode = 'working'
    this.strategy.state.touched = true
    this.delivery.begin(this.share.turnMs)
    this.deps.running(this.number)
    this.deliver()
    return true
  }

  /** Ends with `finish`, or asleep. */
  private deliver(): void {
    this.strategy.sandbox.deliverSuspending(this.delivery.next(), this.deps.words).then(
      (outcome) => this.finish(outcome),
      (error: unknown) => this.failsByUs(error),
    )
  }

  private failsByUs(error: unknown): void {
    this.fail(`a fault of ours ended it: ${error instanceof Error ? error.stack : String(error)}`, true)
  }

  private finish(outcome: Outcome): void {
    // It slept, and its turn was over then.
    if (this.mode === 'ended') return
    const { delivery, strategy } = this
    const { consumed, ordered, fault } = outcome
    try {
      const sentence = this.settle(outcome)
      if (sentence !== undefined) {
        this.fail(sentence, true)
        return
      }
    } catch (error) {
      this.failsByUs(error)
      return
    }
    const { turns } = this.deps.time
    // reading its state may have ended it
    if (!strategy.sandbox.alive) {
      turns.end()
      return
    }
    if (!delivery.consume(consumed) && !ordered && !fault && this.queue.atCut && !turns.isLong) {
      this.deps.running(this.number)
      this.deliver()
      return
    }
    this.mode = 'waiting'
    if (this.queue.first) turns.add(this)
    this.deps.counted(this.number)
    turns.end()
  }

  /** @returns why it is over, if it is. @throws Error of ours; where it is done once more, `Differs`. */
  private settle({ consumed, fault }: Outcome): string | undefined {
    const { delivery, strategy } = this
    const upTo = delivery.passed(consumed, fault !== undefined)
    const isOver = strategy.isOver(fault)
    strategy.settle(upTo, !isOver)
    if (!fault) return undefined
    const sentence = strategy.sentence(delivery.handlerOf(consumed - 1), fault)
    if (isOver) return sentence
    strategy.threw(sentence)
    return undefined
  }

  /** The strategy waits, and others have their turns; it goes on in a turn of its own. A stop leaves it parked for ever. */
  private async park(ms: number): Promise<void> {
    const { running, time } = this.deps
    const { turns, chances } = time
    this.strategy.settleAsleep(ms)
    chances.slept(this.number)
    running(0)
    // the guest is still on the stack
    queueMicrotask(() => turns.end())
    const over = this.nap.sleep(ms, () => this.deps.time.turns.add(this))
    if (!chances.isRepeating) this.nap.setAlarm(0)
    await over
    this.deps.gatewayClock.look()
    running(this.number)
  }

  /** What its host did before, as it was kept. */
  repeat(what: 'saved' | 'woke' | { readonly relievedMs: number }): void {
    if (what === 'saved') this.sendState()
    else if (what === 'woke') this.nap.isOver = true
    else this.delivery.leaveOut(what.relievedMs, this.mode !== 'waiting')
  }

  /** All was repeated: from here on it goes by the clock. @param sleptMs when it fell asleep, ms since 1970, if it is. */
  goOn(sleptMs: number | undefined, nowMs: number): void {
    if (sleptMs !== undefined) this.nap.setAlarm(nowMs - sleptMs)
    else if (this.isDue) this.deps.time.turns.add(this)
  }

  /** See `Residents.snapshot`. @param market the last priced records that it can see. */
  snapshot(market: () => Uint8Array): Snapshot | undefined {
    return this.isQuiet && this.strategy.sandbox.alive ? this.strategy.snapshot(market()) : undefined
  }

  /** Has the JSON of `helpers.state` sent when it is not what was sent last; not while it sleeps. */
  saveState(): void {
    if (this.mode !== 'waiting') return
    // who did nothing meanwhile has nothing to read
    if (!this.strategy.state.touched) {
      this.sendState()
      return
    }
    this.stateDue = true
    this.deps.time.turns.add(this)
  }

  private sendState(): void {
    if (this.strategy.state.touched) {
      this.deps.time.chances.saved(this.number)
      this.stateNow()
    }
    this.strategy.state.touched = false
    this.strategy.sendState()
  }

  /** The JSON of `helpers.state` as it is, or as it was before it fell asleep. */
  private stateNow(): string {
    if (this.mode === 'waiting') this.strategy.lookAtState()
    return this.strategy.state.json
  }

  /** It stays parked here: another host wakes it when its time has come. */
  sleepOn(): Stopped {
    this.nap.cancel()
    return { state: this.strategy.state.json, asleep: true }
  }

  /** Ends it at once. */
  stop(): Stopped {
    const state = this.stateNow()
    const checkpoint = this.mode === 'waiting' ? this.strategy.checkpoint() : undefined
    this.end()
    return { state, ...(checkpoint && { checkpoint }) }
  }

  /** Another one goes on from here; the event that it sleeps in is not handled again. */
  private leave(): void {
    this.isSucceeded = true
    if (this.isAsleep) {
      this.strategy.settle(this.delivery.calledUpTo, false)
      this.delivery.consumeCalled()
    }
    this.end()
  }

  private fail(reason: string, inTurn: boolean): void {
    this.strategy.failed(reason)
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
    this.delivery.end(this.isSucceeded)
    this.mode = 'ended'
    this.strategy.sandbox[Symbol.dispose]()
  }
}
