/**
 * A place where instances run: one sandbox host after the other. What ran in one that died runs again in the next, from
 * its last saved state, one after the other, those that are under suspicion last.
 */
import { Failure } from '../errors/failure'
import { ProtocolError } from '../protocol/check'
import { evidenceOf } from '../protocol/evidence'
import type { LaunchSpec } from '../protocol/launch'
import type { HostSettings, ToHost } from '../protocol/messages'
import type { Stopped } from '../protocol/reported'
import { SubscriptionTable } from '../protocol/subscriptions'
import type { Started } from '../sandbox/sandbox'
import type { MarketEvent } from '../schema/events'
import type { Compilation } from '../schema/metadata'
import type { Log } from '../telemetry/log'
import type { RiskTerms } from '../trading/risk/gate'
import { Batches } from './batches'
import { HostDied } from './death'
import { Host } from './host'
import { dispatch, type HostEvent } from './host-events'
import { Launcher, type LauncherDeps } from './launcher'
import { LeftOutEvents } from './left-out'
import type { Connect, HostNotice } from './link'
import type { OwnItem, Placement } from './placement'
import { type Adoption, Resumption } from './resumption'
import { Succession } from './succession'
import { Supervisor } from './supervisor'

/** What counts as pending while a host comes up: more than any host at work has. */
const DOWN_PENDING = 1_000_000

export interface HostSlotDeps extends LauncherDeps {
  readonly connect: Connect
  readonly settings: HostSettings
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  /** A host has kept rights that it should have given up. */
  readonly unconfined: (missing: readonly string[]) => void
  /** What each host keeps of what nobody goes on from any more; undefined: nothing. */
  readonly retained: () => Omit<Extract<ToHost, { kind: 'retain' }>, 'kind'> | undefined
  /** It runs here no more. */
  readonly over: (placement: Placement) => void
  /** Makes durable what was written of it, see `Keeper`. */
  readonly commit: () => unknown
}

export class HostSlot implements AsyncDisposable {
  readonly placements = new Map<number, Placement>()
  restarts = 0
  /** The same for all hosts of a build. */
  engineHash = ''
  private folder: string | undefined
  private subscriptions: SubscriptionTable | undefined
  /** Compilations that wait to be asked of it. */
  private chosen = 0
  private readonly leftOut = new LeftOutEvents()
  private readonly batches: Batches
  private readonly launcher: Launcher
  private readonly succession: Succession
  private readonly resumption: Resumption
  private readonly hosts = new Supervisor({
    spawn: (signal) => this.spawn(signal),
    starting: (host) => this.restartInstances(host),
    started: () => this.batches.flushSoon(),
    ended: (died) => this.onHostDied(died),
    startFailed: (error) => this.deps.log('error', `a sandbox host did not come up: ${String(error)}`),
  })

  constructor(private readonly deps: HostSlotDeps) {
    const { maxAgeMs, elapsed, commit, log } = deps
    const host = () => (this.resumption.isUnderWay ? undefined : this.hosts.present)
    const batches = new Batches({ maxAgeMs, elapsed, host, commit, left: (left) => this.leftOut.add(left) })
    this.batches = batches
    this.launcher = new Launcher(deps, batches)
    const keptChanged = () => {
      for (const placement of this.placements.values()) placement.keeps(this.succession.problem)
    }
    const differed = (placement: Placement, how: string) => this.differ(placement, how)
    this.succession = new Succession({ batches, placements: this.placements, host, commit, keptChanged, differed, log })
    this.resumption = new Resumption({
      batches,
      succession: this.succession,
      ready: () => this.ready(),
      begin: (placement, started) => this.begin(placement, started),
      remove: (placement) => this.remove(placement),
      deliver: (item) => this.deliver(item),
      heard: (event, host) => this.tell(event, host),
      differed,
      log,
    })
  }

  /** @throws Error when the first host does not come up. */
  open(): Promise<void> {
    return this.hosts.open()
  }

  /** Where its host runs, for people; undefined while it comes up again. */
  get place(): string | undefined {
    return this.hosts.present?.link.place
  }

  /** How busy it is with compilations and launches, those included that are about to be asked of it. */
  get pending(): number {
    return this.chosen + (this.hosts.present?.link.pending ?? DOWN_PENDING)
  }

  /** @param number of the compilation, by which it is held to account. @throws HostDied */
  async compile(number: number, source: Uint8Array): Promise<Compilation> {
    let host: Host
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
    this.subscriptionsChange()
    this.placements.set(placement.number, placement)
    try {
      for (;;) {
        const started = await this.launcher.launch(await this.ready(), placement)
        if (started) {
          this.begin(placement, started)
          placement.keeps(this.succession.problem)
          break
        }
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

  /** One that runs since before this gateway was started: it goes on with `resume`, and what comes for it meanwhile waits. */
  adopt(adoption: Adoption): void {
    const { placement } = adoption
    this.subscriptionsChange()
    this.placements.set(placement.number, placement)
    this.resumption.place(adoption)
  }

  /** Those that were adopted go on from what is kept there. @returns those that do not, and why. */
  resume(folder: string): Promise<ReadonlyMap<Placement, string>> {
    return this.resumption.from(folder)
  }

  /** Another program for an instance that runs here; `rolled` is called as soon as it does. @throws Failure launch_failed; then the former program goes on. */
  async roll(placement: Placement, spec: LaunchSpec, rolled: () => void): Promise<void> {
    for (;;) {
      const host = await this.ready()
      if (!placement.current) throw new Failure('launch_failed', 'the instance runs no more')
      try {
        const { started, startMs } = await this.launcher.roll(host, placement, spec)
        this.begin(placement, started)
        placement.rolled(spec, startMs)
        rolled()
        return
      } catch (error) {
        if (!(error instanceof HostDied)) throw error
        if (error.isOf(-placement.number)) {
          throw new Failure('launch_failed', `creating it killed its sandbox host: ${error.message}`)
        }
      }
    }
  }

  /** @param unlessAsleep one that sleeps is left as it is, for the next gateway to go on with. */
  async stop(placement: Placement, unlessAsleep = false): Promise<Stopped> {
    let isLeft = false
    try {
      for (;;) {
        const host = await this.ready()
        if (!placement.current) return { state: placement.state }
        try {
          const { number } = placement
          const stopped = await host.request({ kind: 'stop', number, ...(unlessAsleep && { unlessAsleep }) })
          isLeft = stopped.asleep === true
          return stopped
        } catch (error) {
          // one that does not answer is not asked again by whoever stops
          if (!(error instanceof HostDied) || error.kind !== 'outside' || !this.succession.isOpen) throw error
        }
      }
    } catch (error) {
      if (error instanceof Failure || error instanceof HostDied) return { state: placement.state }
      throw error
    } finally {
      if (!isLeft) this.remove(placement)
    }
  }

  /** Its hosts may touch this folder alone: to be said before anything is asked of them. */
  confineTo(folder: string): void {
    this.folder = folder
    this.hosts.latest?.link.send({ kind: 'confine', folder })
  }

  /** From now on its host keeps in a folder what it is told, so that another one can go on for it, with every variable of what runs there. */
  async record(folder: string): Promise<void> {
    await this.succession.keepIn(folder, await this.ready())
  }

  /** The host, once it has come up and runs what it should. */
  ready(): Promise<Host> {
    return this.hosts.next()
  }

  /** @param atMs by the pool's clock, or NEVER_OLD. */
  publish(event: MarketEvent, atMs: number): void {
    this.subscriptions ??= this.subscribed()
    if (this.subscriptions.wants(event)) this.batches.push({ event, atMs })
  }

  /** How many batches its host was sent, and those that it goes on for. */
  get sent(): number {
    return this.batches.sent
  }

  /** See `Host.committed`. */
  committed(): void {
    this.hosts.latest?.committed()
  }

  /** See `Host.tellKept`. */
  tellKept(batches: number): void {
    this.hosts.latest?.tellKept(batches)
  }

  /** How old the oldest market event is that its host was not sent, or has not worked, ms. */
  get pendingMs(): number {
    return this.batches.pendingMs
  }

  deliver(item: OwnItem): void {
    if (!item.placement.started) {
      item.placement.early.push(item)
      return
    }
    item.placement.unhandled.push(item)
    this.batches.push(item)
  }

  /** Ahead of all that waits. A host that comes up asks for them at each launch. */
  limit({ number }: Placement, terms: RiskTerms): void {
    this.hosts.latest?.link.send({ kind: 'risk', number, terms })
  }

  /**
   * Resolves when what was published of those who wait, and what was delivered, is handled by the instances that are
   * `awaited`, also while they sleep, and so is what came of it. For others, and for their market, nobody waits.
   */
  drained(): Promise<void> {
    return this.batches.drained()
  }

  /** Tells instances of the market data that was left out on its way here. */
  tellLeftOut(): void {
    this.leftOut.tell(this.placements.values())
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.succession[Symbol.dispose]()
    return this.hosts[Symbol.asyncDispose]()
  }

  private async spawn(signal: AbortSignal): Promise<Host> {
    const { connect, settings, log } = this.deps
    let host: Host | undefined
    const heard = (notice: HostNotice) => this.heard(notice, host)
    const wrote = (text: string) => log('error', `sandbox host: ${text}`)
    host = new Host(await connect(settings, { heard, wrote }, signal))
    return host
  }

  private onHostDied(died: HostDied): void {
    this.restarts++
    const { message } = died
    const suspect = this.blame(died)
    this.deps.log('warn', `a sandbox host died: ${message}`, suspect ? { running: suspect.spec.instanceId } : {})
    for (const placement of this.placements.values()) {
      // whoever is launching it counts its deaths
      if (!placement.started) continue
      placement.reason = message
      if (placement.deadly) this.fail(placement, `its sandbox host died under it again and again: ${message}`)
    }
    if (!this.succession.isOpen) this.batches.lost()
  }

  /** @returns who was at work, whether or not that tells against it. */
  private blame({ kind, running }: HostDied): Placement | undefined {
    const suspect = this.placements.get(running)
    // who is alone in a host has filled its memory
    if (kind === 'work' || (kind === 'memory' && this.placements.size === 1)) suspect?.killed(this.deps.elapsed())
    else if (kind === 'memory') suspect?.doubted()
    return suspect
  }

  /** Its host is told what it is to keep of what nobody needs any more. */
  retain(host = this.hosts.present): void {
    const retained = this.deps.retained()
    if (retained) host?.link.send({ kind: 'retain', ...retained })
  }

  /** What ran in the last host. */
  private async restartInstances(host: Host): Promise<void> {
    this.engineHash = host.link.engineHash
    if (this.folder !== undefined) host.link.send({ kind: 'confine', folder: this.folder })
    this.retain(host)
    const fallen = [...this.placements.values()].filter(({ started }) => started)
    fallen.sort((a, b) => a.suspicion - b.suspicion)
    const goOn = await this.succession.of(host, fallen)
    if (host.link.dead) return
    for (const placement of fallen) {
      if (goOn.has(placement.number)) continue
      if (!placement.current) continue
      try {
        const started = await this.launcher.relaunch(host, placement)
        if (!started) return
        this.begin(placement, started)
        // its first event may have ended it already
        if (placement.current) placement.listener.restarted(placement.reason)
      } catch (error) {
        this.fail(placement, `it could not be started again: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }

  /** @throws ProtocolError. */
  private heard(notice: HostNotice, host: Host | undefined): void {
    switch (notice.kind) {
      case 'worked':
        this.batches.worked(notice.behind)
        break
      case 'caughtUp':
        this.batches.caughtUp()
        break
      case 'unconfined':
        this.deps.unconfined(notice.missing)
        break
      case 'unrecorded':
        this.succession.unrecorded(notice.reason)
        break
      default:
        if (this.resumption.isUnderWay) this.resumption.hear(notice)
        else this.tell(notice, host)
    }
  }

  /** @throws ProtocolError. */
  private tell(event: HostEvent, host: Host | undefined): void {
    const placementOf = (number: number) => this.placementOf(number, host)
    const failed = (placement: Placement, reason: string) => this.fail(placement, reason)
    dispatch(event, placementOf, failed, (placement, how) =>
      this.differ(placement, `${how}${this.keptAside(placement)}`),
    )
    if (event.kind !== 'counts') host?.took()
  }

  /** @throws ProtocolError for a number that the host was never given. */
  private placementOf(number: number, host: Host | undefined): Placement | undefined {
    if (!host?.knows(number)) throw new ProtocolError(`it speaks of an instance ${number}, which was never its own`)
    return this.placements.get(number)
  }

  private begin(placement: Placement, started: Started): void {
    this.subscriptionsChange()
    placement.started = started
  }

  private fail(placement: Placement, reason: string): void {
    this.remove(placement)
    placement.reason = reason
    // whoever is launching it is told by that
    if (placement.started || placement.isAdopted) placement.listener.failed(reason, placement.stats)
  }

  private differ(placement: Placement, how: string): void {
    this.remove(placement)
    placement.reason = how
    this.deps.log('error', 'an instance does something else than it did', { instance: placement.spec.instanceId, how })
    placement.listener.differed(how, placement.stats)
  }

  /** What it has come from to that. */
  private keptAside({ number }: Placement): string {
    if (this.folder === undefined) return ''
    return `; ${evidenceOf(this.folder, number, this.deps.now())}`
  }

  private remove(placement: Placement): void {
    this.subscriptionsChange()
    placement.current = false
    this.placements.delete(placement.number)
    this.deps.over(placement)
  }

  private subscribed(): SubscriptionTable {
    const table = new SubscriptionTable()
    for (const { subscription } of this.placements.values()) table.add(subscription)
    return table
  }

  /** Before others want something else. */
  private subscriptionsChange(): void {
    this.tellLeftOut()
    this.subscriptions = undefined
  }
}
