/** The sandbox hosts as the gateway sees them: instances are launched, fed, and stopped here; which host runs them is the pool's affair. */

import type { LaunchSpec } from '../protocol/launch'
import type { HostSettings } from '../protocol/messages'
import type { AccountEffect } from '../protocol/orders'
import type { InstanceStats, Stopped } from '../protocol/reported'
import type { BalanceUpdateEvent, Instrument, MarketEvent, RiskControlEvent } from '../schema/events'
import type { Compiler } from '../schema/metadata'
import type { ExecutionReport, Fill } from '../schema/orders'
import type { Log } from '../telemetry/log'
import type { BalanceView } from '../trading/accounts/account'
import type { RiskTerms } from '../trading/risk/gate'
import { compilerOn } from './compiler'
import { Crew, type CrewSize } from './crew'
import { HostSlot } from './host-slot'
import { dropFoldersFrom } from './input-folders'
import type { InstanceListener, UntoldReport } from './instance-listener'
import { type Keeper, Keeping } from './keeping'
import { LastPrices } from './last-prices'
import type { Connect } from './link'
import { NEVER_OLD } from './outbox'
import { type Adopted, PlacedInstances } from './placed-instances'
import type { Placement } from './placement'

export interface PoolOptions extends Partial<HostSettings> {
  /** How to come by a host: see links/. */
  readonly connect: Connect
  /** Hosts in the beginning: so many there always are, unless `resize` says otherwise. */
  readonly count: number
  /** How long the last host has to be without instances before it is let go, where there may be fewer: ms. */
  readonly idleMs?: number
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  /** See `HostPool.maxAgeMs`. */
  readonly maxAgeMs?: number
}

const DEFAULTS: HostSettings = { saveEveryMs: 1000, maxWaiting: 4096, maxWaitingBytes: 1 << 20, mostRedoMs: 500 }
const MAX_AGE_MS = 1000
const IDLE_MS = 60_000

export class HostPool implements AsyncDisposable {
  readonly compiler: Compiler
  /** Those of all hosts. */
  readonly settings: HostSettings
  /** Settles when all hosts are warm. Rejects with an Error when one does not come up. */
  readonly up: Promise<void>
  /**
   * Market data that has waited for longer is left out, but for the newest of each kind and symbol: ms. For instances
   * that are launched from now on.
   */
  maxAgeMs: number
  /**
   * When an instance is started, ms: it begins its client order ids, and whoever keeps orders sees to it that no two
   * starts have the same, whatever the clock does and however often this process is started.
   */
  startTime: (nowMs: number) => number
  /** A number for something that runs in a host: none of those that hosts have kept has it. */
  nextNumber: () => number
  private readonly crew: Crew
  private readonly slots: readonly HostSlot[]
  private retained: { readonly forMs: number; readonly bytes: number } | undefined
  private readonly prices = new LastPrices()
  private readonly keeping: Keeping
  private readonly instances: PlacedInstances
  private isConfined = true

  private constructor(private readonly options: PoolOptions) {
    const { connect, log, now, elapsed, maxAgeMs = MAX_AGE_MS } = options
    const { saveEveryMs, maxWaiting, maxWaitingBytes, mostRedoMs } = { ...DEFAULTS, ...options }
    this.settings = { saveEveryMs, maxWaiting, maxWaitingBytes, mostRedoMs }
    this.maxAgeMs = maxAgeMs
    let lastMs = 0
    this.startTime = (nowMs) => {
      lastMs = Math.max(nowMs, lastMs + 1)
      return lastMs
    }
    let lastNumber = 0
    this.nextNumber = () => ++lastNumber
    const deps = {
      connect,
      settings: this.settings,
      log,
      now,
      elapsed,
      maxAgeMs: () => this.maxAgeMs,
      startTime: () => this.startTime(this.options.now()),
      market: (spec: LaunchSpec) => this.prices.of(spec.scope),
      unconfined: (missing: readonly string[]) => this.tellUnconfined(missing),
      over: (placement: Placement) => this.forget(placement),
      retained: () =>
        this.retained && { ...this.retained, bytes: Math.floor(this.retained.bytes / Math.max(1, this.slots.length)) },
      commit: () => this.keeping.keeper.commit(),
    }
    const { idleMs = IDLE_MS } = options
    const make = () => new HostSlot(deps)
    this.crew = new Crew(options.count, { make, log, idleMs, gone: () => this.keeping.hostGone() })
    this.slots = this.crew.slots
    this.keeping = new Keeping(this.slots)
    this.instances = new PlacedInstances(this.slots, now)
    this.up = this.crew.up
    this.compiler = compilerOn(this.slots, () => this.nextNumber())
  }

  /** Hosts that come up meanwhile: what is asked of them waits. */
  static open(options: PoolOptions): HostPool {
    return new HostPool(options)
  }

  /** Resolves when all hosts are warm. @throws Error when one does not come up. */
  static async start(options: PoolOptions): Promise<HostPool> {
    const pool = HostPool.open(options)
    try {
      await pool.up
      return pool
    } catch (error) {
      await pool[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Each host may touch a folder of its own in this one, and no other: to be said before anything is asked of them. */
  confineTo(folder: string): void {
    this.crew.confineTo(folder)
  }

  /**
   * From now on each host keeps in a folder of its own what it is told, so that another one can go on for it: who runs there
   * does not notice that it has died. Where that cannot be kept, it is logged, and tried again.
   */
  record(folder: string): Promise<void> {
    return this.crew.record(folder)
  }

  /** Whether hosts were told to keep what they are told. */
  get isRecorded(): boolean {
    return this.crew.isRecorded
  }

  /** How many hosts there are from now on. Resolves when there are as many as have to be. @throws Error when one does not come up. */
  resize(size: CrewSize): Promise<void> {
    return this.crew.resize(size)
  }

  /** So many there are for now, whatever the size: those that are not needed go when they are idle. @throws as `resize`. */
  atLeast(count: number): Promise<void> {
    return this.crew.atLeast(count)
  }

  /** Whoever keeps what comes of instances: no host is told of a report before that is durable. */
  keptBy(keeper: Keeper): void {
    this.keeping.keeper = keeper
  }

  /** A commit of the keeper is through. */
  committed(): void {
    this.keeping.committed()
  }

  /** How many batches each host was sent, those it goes on for included. */
  batches(): readonly number[] {
    return this.slots.map(({ sent }) => sent)
  }

  /** No recording goes back to before these batches any more. @param batches as `batches()` had them. */
  cutAt(batches: readonly number[]): void {
    this.keeping.cutAt(batches)
  }

  /**
   * One that runs since before this gateway was started: it goes on with `recover`. What comes for it meanwhile waits.
   * @returns why it cannot, if it cannot.
   */
  adopt(adopted: Adopted): string | undefined {
    return this.instances.adopt(adopted)
  }

  /**
   * As `record`, but hosts with adopted instances first come to where they were, from what is in the folder. Before anything
   * else is launched.
   * @returns ids of those that do not go on, and why.
   */
  async recover(folder: string): Promise<ReadonlyMap<string, string>> {
    const lost = await this.crew.resume(folder)
    dropFoldersFrom(folder, this.slots.length, this.options.log)
    return new Map(lost.flatMap((some) => Array.from(some, ([{ spec }, reason]) => [spec.instanceId, reason] as const)))
  }

  /** What hosts keep of it that nobody goes on from any more: for how long, ms, and how many bytes of all. */
  retain(forMs: number, bytes: number): void {
    this.retained = { forMs, bytes }
    for (const slot of this.slots) slot.retain()
  }

  /**
   * On the least loaded host.
   * @param tradingActive what `isTradingActive()` answers from the beginning.
   * @param untold reports that it is told before anything else; the accounts hold them already.
   * @throws Failure launch_failed with what the strategy did wrong and where.
   */
  async launch(
    spec: LaunchSpec,
    listener: InstanceListener,
    tradingActive = true,
    untold: readonly UntoldReport[] = [],
  ): Promise<void> {
    const { instanceId } = spec
    if (this.instances.has(instanceId)) throw new Error(`${instanceId} runs already`)
    const slot = this.crew.next()
    const placement = this.instances.add(slot, this.nextNumber(), { spec, listener, tradingActive, untold })
    await slot.launch(placement)
  }

  /**
   * Puts another program in the place of a running one: no event goes to both or to none of them, and
   * `helpers.state` is the one of that moment. The listener stays.
   * @param rolled called as soon as it runs, before anything that it does is heard of.
   * @throws Failure launch_failed; then the former program goes on.
   */
  async roll(spec: LaunchSpec, rolled: () => void = () => undefined): Promise<void> {
    const { slot, placement } = this.instances.get(spec.instanceId)
    await slot.roll(placement, spec, rolled)
  }

  /**
   * To whoever has one of the symbols in its scope and a handler for it.
   * @param lossless none of them may be left out: whoever publishes waits until they are `drained`.
   */
  publish(events: readonly MarketEvent[], lossless = false): void {
    const atMs = lossless ? NEVER_OLD : this.options.elapsed()
    for (const event of events) {
      this.prices.see(event)
      for (const slot of this.slots) slot.publish(event, atMs)
    }
  }

  /** Resolves when the instances have handled all that was published so far and all that came of it, sleeps included. */
  async drained(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.drained()))
  }

  /**
   * To its owner alone, which need not run any more.
   * @param seq of the report in the journal.
   * @param known what else is known of its account with the report.
   */
  report(
    instanceId: string,
    provider: string,
    report: ExecutionReport,
    seq?: number,
    known: Pick<AccountEffect, 'mark' | 'valuedAt'> = {},
  ): void {
    this.instances.report(instanceId, provider, report, seq, known)
  }

  /** What a fill has made of its owner's money. */
  balances(
    instanceId: string,
    provider: string,
    fill: Fill,
    instrument: Instrument,
    all: readonly BalanceView[],
  ): void {
    this.instances.balances(instanceId, provider, fill, instrument, all)
  }

  /** Tells one instance alone. */
  tell(instanceId: string, event: BalanceUpdateEvent | RiskControlEvent): void {
    this.instances.tell(instanceId, event)
  }

  /** What `isTradingActive()` answers, from the next event on. */
  flags(instanceId: string, { tradingActive }: { readonly tradingActive: boolean }): void {
    this.instances.flags(instanceId, { tradingActive })
  }

  /** Sets what its orders are judged by from now on. */
  limit(instanceId: string, terms: RiskTerms): void {
    this.instances.limit(instanceId, terms)
  }

  running(instanceId: string): boolean {
    return this.instances.runs(instanceId)
  }

  /** Since its start; some 100 ms old. @throws Error when it does not run. */
  stats(instanceId: string): InstanceStats {
    const { slot, placement } = this.instances.get(instanceId)
    slot.tellLeftOut()
    const { stats, spec } = placement
    return { ...stats, lagMs: spec.recorded ? 0 : Math.round(stats.lagMs + slot.pendingMs) }
  }

  /**
   * Ends it at once, also when it sleeps.
   * @param unlessAsleep one that sleeps is left as it is, for the next gateway to go on with.
   * @throws Error when it does not run.
   */
  async stop(instanceId: string, unlessAsleep = false): Promise<Stopped & { readonly stats: InstanceStats }> {
    const { slot, placement } = this.instances.get(instanceId)
    const stopped = await slot.stop(placement, unlessAsleep)
    return { ...stopped, stats: placement.lastStats }
  }

  /** @returns for each host where it runs, in words for people; undefined while it comes up again. */
  hosts(): { readonly place: string | undefined; readonly instances: number; readonly restarts: number }[] {
    return this.slots.map(({ place, placements, restarts }) => ({ place, instances: placements.size, restarts }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.keeping[Symbol.dispose]()
    await this.crew[Symbol.asyncDispose]()
  }

  /** Once: the kernel is the same for all of them. */
  private tellUnconfined(missing: readonly string[]): void {
    if (this.isConfined) this.options.log('warn', `the wall around sandbox hosts lacks ${missing.join(' and ')}`)
    this.isConfined = false
  }

  private forget(placement: Placement): void {
    this.instances.forget(placement)
    this.crew.left()
  }
}
