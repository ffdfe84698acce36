/**
 * A place where instances run: one sandbox host process after the other. What ran in one that died
 * runs again in the next, from its last saved state, one after the other, those that are under suspicion last.
 */
import { Failure } from '../errors/failure'
import type { LeftOut } from '../protocol/conflation'
import type { LaunchSpec, Stopped } from '../protocol/launch'
import { SubscriptionTable } from '../protocol/subscriptions'
import type { MarketEvent } from '../schema/events'
import type { Compilation } from '../schema/metadata'
import type { RiskTerms } from '../trading/risk/gate'
import { HostDied } from './death'
import type { Launch } from './encoder'
import { dispatch } from './host-events'
import { isMarket, mustArrive, NEVER_OLD, Outbox } from './outbox'
import type { OwnItem, Placement } from './placement'
import { type HostMessage, HostProcess, type ProcessSettings } from './process'
import { Supervisor } from './supervisor'

export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void

/** Of one that comes up: more than anybody at work has. */
const DOWN_PENDING = 1_000_000

export interface HostSlotDeps {
  readonly settings: ProcessSettings
  readonly log: Log
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  /** Market data that has waited for longer is left out but for the newest, ms. */
  readonly maxAgeMs: () => number
  /** A time that was never used before as an instance's start, ms. */
  readonly startTime: () => number
  /** The last events of what an instance can see. */
  readonly market: (spec: LaunchSpec) => MarketEvent[]
  /** It runs here no more. */
  readonly over: (placement: Placement) => void
}

export class HostSlot implements AsyncDisposable {
  readonly placements = new Map<number, Placement>()
  restarts = 0
  /** The same for all hosts of an executable. */
  engineHash = ''
  private subscription: SubscriptionTable | undefined
  private readonly outbox: Outbox
  /** Left out of the outbox and not yet told to those who wanted it, by symbol, kind and provider. */
  private readonly left = new Map<string, Map<string, LeftOut>>()
  private readonly hosts = new Supervisor({
    spawn: (signal) => this.spawn(signal),
    starting: (host) => this.restartInstances(host),
    started: () => this.flushSoon(),
    ended: (died) => this.onHostDied(died),
    startFailed: (error) => this.parts.log('error', `a sandbox host did not come up: ${String(error)}`),
  })
  /** When the oldest market event of the batch that it works was published; NEVER_OLD for one without. */
  private inFlight: number | undefined
  /** Something of that batch is waited for. */
  private arriving = false
  /** Instances that are waited for have something waiting of batches that were worked. */
  private behind = false
  private draining: (() => void)[] = []
  private flushing = false
  /** Compilations that wait to be asked of it. */
  private chosen = 0

  constructor(private readonly parts: HostSlotDeps) {
    const { maxAgeMs, elapsed } = parts
    this.outbox = new Outbox({ maxAgeMs, elapsed, left: (left) => this.leave(left) })
  }

  /** @throws Error when the first process does not come up. */
  open(): Promise<void> {
    return this.hosts.open()
  }

  /** 0 while it comes up again. */
  get pid(): number {
    return this.hosts.present?.pid ?? 0
  }

  /** How busy it is with compilations and launches, those included that are about to be asked of it. */
  get pending(): number {
    return this.chosen + (this.hosts.present?.pending ?? DOWN_PENDING)
  }

  /** @param number of the compilation, by which it is held to account. @throws HostDied */
  async compile(number: number, source: Uint8Array): Promise<Compilation> {
    let host: HostProcess
    this.chosen++
    try {
      host = await this.ready()
    } finally {
      this.chosen--
    }
    return host.request({ kind: 'compile', number, source })
  }

  /** @throws Failure launch_failed. */
  async launch(placement: Placement): Promise<void> {
    this.interestChanges()
    this.placements.set(placement.number, placement)
    try {
      for (;;) {
        const host = await this.ready()
        if (await this.attempt(host, placement)) break
        if (placement.hopeless)
          throw new Failure('launch_failed', 'creating it killed its sandbox host again and again')
      }
      // its first event may have ended it already
      if (!placement.current) throw new Failure('launch_failed', placement.reason)
    } catch (error) {
      this.remove(placement)
      throw error
    }
    for (const item of placement.early.splice(0)) this.deliver(item)
  }

  /** Another program for an instance that runs here. @throws Failure launch_failed; then the former program goes on. */
  async roll(placement: Placement, spec: LaunchSpec): Promise<void> {
    for (;;) {
      const host = await this.ready()
      if (!placement.current) throw new Failure('launch_failed', 'the instance runs no more')
      try {
        const started = await host.launch('roll', this.order(placement, spec))
        this.interestChanges()
        placement.started = started
        placement.spec = spec
        return
      } catch (error) {
        if (!(error instanceof HostDied)) throw error
        if (error.isOf(-placement.number)) {
          throw new Failure('launch_failed', `creating it killed its sandbox host: ${error.message}`)
        }
      }
    }
  }

  async stop(placement: Placement): Promise<Stopped> {
    try {
      const host = await this.ready()
      return await host.request({ kind: 'stop', number: placement.number })
    } catch (error) {
      if (error instanceof Failure || error instanceof HostDied) return { state: placement.state }
      throw error
    } finally {
      this.remove(placement)
    }
  }

  /** The process, once it has come up and runs what it should. */
  ready(): Promise<HostProcess> {
    return this.hosts.next()
  }

  /** @param atMs by the pool's clock, or NEVER_OLD. */
  publish(event: MarketEvent, atMs: number): void {
    this.subscription ??= this.interests()
    if (!this.subscription.wants(event)) return
    this.outbox.push({ event, atMs })
    this.flushSoon()
  }

  /** How old the oldest market event is that its host was not sent, or has not worked, ms. */
  get pendingMs(): number {
    const oldestMs = Math.min(this.inFlight ?? NEVER_OLD, this.outbox.oldestMs ?? NEVER_OLD)
    return Math.max(0, this.parts.elapsed() - oldestMs)
  }

  deliver(item: OwnItem): void {
    if (!item.placement.started) {
      item.placement.early.push(item)
      return
    }
    item.placement.unhandled.push(item)
    this.outbox.push(item)
    this.flushSoon()
  }

  /** Ahead of all that waits. A host that comes up asks for them at each launch. */
  limit({ number }: Placement, terms: RiskTerms): void {
    this.hosts.latest?.send({ kind: 'risk', number, terms })
  }

  /**
   * Resolves when what was published of those who wait, and what was delivered, is handled by the instances that are
   * `awaited`, also while they sleep, and so is what came of it. For others, and for their market, nobody waits.
   */
  drained(): Promise<void> {
    if (this.isDrained) return Promise.resolve()
    return new Promise((resolve) => this.draining.push(resolve))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.hosts[Symbol.asyncDispose]()
  }

  private spawn(signal: AbortSignal): Promise<HostProcess> {
    const { settings, log } = this.parts
    return HostProcess.start(
      settings,
      (news) => this.heard(news),
      (line) => log('error', `sandbox host: ${line}`),
      signal,
    )
  }

  private onHostDied(died: HostDied): void {
    this.restarts++
    const { message } = died
    const suspect = this.blame(died)
    this.parts.log('warn', `a sandbox host died: ${message}`, suspect ? { running: suspect.spec.instanceId } : {})
    this.inFlight = undefined
    this.arriving = false
    this.behind = false
    for (const placement of this.placements.values()) {
      if (!placement.started) continue
      placement.reason = message
      if (placement.deadly) {
        this.fail(placement, `its sandbox host died under it again and again: ${message}`)
      }
    }
    this.tellDrained()
  }

  /** @returns who was at work, whether or not that tells against it. */
  private blame({ kind, running }: HostDied): Placement | undefined {
    const suspect = this.placements.get(running)
    // who is alone in a host has filled its memory
    if (kind === 'work' || (kind === 'memory' && this.placements.size === 1)) suspect?.killed(this.parts.elapsed())
    else if (kind === 'memory') suspect?.doubted()
    return suspect
  }

  /** Starts again what ran in the last process. */
  private async restartInstances(host: HostProcess): Promise<void> {
    this.engineHash = host.engineHash
    const fallen = [...this.placements.values()].filter(({ started }) => started)
    fallen.sort((a, b) => a.suspicion - b.suspicion)
    for (const placement of fallen) {
      if (!placement.current) continue
      placement.spec = this.specAgain(placement)
      this.readdress(placement)
      try {
        if (!(await this.attempt(host, placement))) return
        // its first event may have ended it already
        if (placement.current) placement.listener.restarted(placement.reason)
      } catch (error) {
        this.fail(placement, `it could not be started again: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }

  /** False: the host died of it, or of something else. */
  private async attempt(host: HostProcess, placement: Placement): Promise<boolean> {
    try {
      const launched = host.launch('launch', this.order(placement, placement.spec))
      this.queueUnhandled(placement)
      const started = await launched
      this.interestChanges()
      placement.started = started
      return true
    } catch (error) {
      if (error instanceof HostDied) return false
      throw error
    }
  }

  private order(placement: Placement, spec: LaunchSpec): Launch {
    const { number, tradingActive, listener } = placement
    const market = this.parts.market(spec)
    const maxAgeMs = this.parts.maxAgeMs()
    const startMs = this.parts.startTime()
    return { number, spec, startMs, tradingActive, risk: listener.risk(), maxAgeMs, market }
  }

  /** A checkpoint is older than what happened since. */
  private specAgain({ spec: { checkpoint: _, ...spec }, state, listener }: Placement): LaunchSpec {
    return { ...spec, state, scope: listener.accounts() }
  }

  /** What was not handled before the host died comes again; the accounts hold it already. */
  private readdress(placement: Placement): void {
    const again = placement.unhandled.toArray().filter((item) => item.waits || 'event' in item.content)
    placement.unhandled.replace(again)
    for (const item of again) delete item.effect
  }

  /** Behind its launch, which is on its way, and before any market event that comes to it. */
  private queueUnhandled({ unhandled }: Placement): void {
    if (unhandled.length === 0) return
    this.outbox.unshift(unhandled.toArray().filter((item) => !item.waits))
    this.flushSoon()
  }

  private heard(news: HostMessage): void {
    switch (news.kind) {
      case 'worked':
        this.inFlight = undefined
        this.arriving = false
        this.behind = news.behind
        this.flush()
        break
      case 'caughtUp':
        this.behind = false
        break
      default:
        dispatch(news, this.placements, (placement, reason) => this.fail(placement, reason))
        return
    }
    this.tellDrained()
  }

  private get isDrained(): boolean {
    return this.outbox.hasArrived && !this.arriving && !this.behind
  }

  private tellDrained(): void {
    if (!this.isDrained) return
    for (const resolve of this.draining.splice(0)) resolve()
  }

  private fail(placement: Placement, reason: string): void {
    this.remove(placement)
    placement.reason = reason
    // whoever is launching it is told by that
    if (placement.started) placement.listener.failed(reason, placement.stats)
  }

  private remove(placement: Placement): void {
    this.interestChanges()
    placement.current = false
    this.placements.delete(placement.number)
    this.parts.over(placement)
  }

  private interests(): SubscriptionTable {
    const table = new SubscriptionTable()
    for (const { subscription } of this.placements.values()) table.add(subscription)
    return table
  }

  private leave(left: LeftOut): void {
    const { type, provider, symbol } = left.event
    const bySymbol = this.left.get(symbol) ?? new Map<string, LeftOut>()
    this.left.set(symbol, bySymbol)
    const key = `${type}\n${provider}`
    bySymbol.set(key, { ...left, count: left.count + (bySymbol.get(key)?.count ?? 0) })
  }

  /**
   * Tells those who wanted it what was left out so far: not at each event, but before somebody asks and before others
   * want it.
   */
  tellLeft(): void {
    if (this.left.size === 0) return
    for (const placement of this.placements.values()) {
      const { subscription } = placement
      const table = new SubscriptionTable()
      table.add(subscription)
      for (const symbol of new Set(subscription.scope.flatMap(({ symbols }) => symbols))) {
        for (const left of this.left.get(symbol)?.values() ?? []) if (table.wants(left.event)) placement.leftOut(left)
      }
    }
    this.left.clear()
  }

  private interestChanges(): void {
    this.tellLeft()
    this.subscription = undefined
  }

  /** What is published in one go goes in one batch. */
  private flushSoon(): void {
    if (this.flushing || this.inFlight !== undefined) return
    this.flushing = true
    queueMicrotask(() => {
      this.flushing = false
      this.flush()
    })
  }

  private flush(): void {
    const host = this.hosts.present
    if (this.inFlight !== undefined || this.outbox.empty || !host) return
    const items = this.outbox.take()
    this.inFlight = items.find(isMarket)?.atMs ?? NEVER_OLD
    this.arriving = items.some(mustArrive)
    host.sendBatch(items, this.parts.elapsed())
  }
}
