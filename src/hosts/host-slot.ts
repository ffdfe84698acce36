/**
 * A place where instances run: one sandbox host after the other. Whoever asks for something is answered by whichever host
 * is at work, and nothing that is told to instances is lost between two of them.
 */
import type { LeftOut } from '../protocol/conflation'
import { evidenceOf } from '../protocol/evidence'
import type { LaunchSpec } from '../protocol/launch'
import type { HostSettings, ToHost } from '../protocol/messages'
import type { Stopped } from '../protocol/reported'
import type { MarketEvent } from '../schema/events'
import type { Compilation } from '../schema/metadata'
import type { Log } from '../telemetry/log'
import type { RiskTerms } from '../trading/risk/gate'
import { Batches } from './batches'
import type { HostDied } from './death'
import { Hearing } from './hearing'
import { Host } from './host'
import type { HostEvent } from './host-events'
import { HostRequests } from './host-requests'
import { Launcher, type LauncherDeps } from './launcher'
import type { Connect, HostNotice } from './link'
import type { OwnItem, Placement } from './placement'
import { Placements } from './placements'
import { type Adoption, Resumption } from './resumption'
import { Revival } from './revival'
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
  readonly placements: Placements
  restarts = 0
  /** The same for all hosts of a build. */
  engineHash = ''
  private folder: string | undefined
  private readonly batches: Batches
  private readonly succession: Succession
  private readonly resumption: Resumption
  private readonly revival: Revival
  private readonly hearing: Hearing
  private readonly requests: HostRequests
  private readonly hosts = new Supervisor({
    spawn: (signal) => this.spawn(signal),
    starting: (host) => this.starting(host),
    started: () => this.batches.flushSoon(),
    ended: (died) => this.ended(died),
    startFailed: (error) => this.deps.log('error', `a sandbox host did not come up: ${String(error)}`),
  })

  constructor(private readonly deps: HostSlotDeps) {
    const { maxAgeMs, elapsed, commit, unconfined, over, log } = deps
    const placements = new Placements({ log, over })
    this.placements = placements
    const host = () => (this.resumption.isUnderWay ? undefined : this.hosts.present)
    const left = (event: LeftOut) => placements.leftOut.add(event)
    const batches = new Batches({ maxAgeMs, elapsed, host, commit, left })
    this.batches = batches
    const launcher = new Launcher(deps, batches)
    const succession = new Succession({ batches, placements, host, commit, log })
    this.succession = succession
    const ready = () => this.ready()
    const deliver = (item: OwnItem) => this.deliver(item)
    const heard = (event: HostEvent, host: Host) => this.hearing.tell(event, host)
    const resumption = new Resumption({ batches, placements, succession, ready, deliver, heard, log })
    this.resumption = resumption
    const evidence = (placement: Placement) => this.evidence(placement)
    this.hearing = new Hearing({ placements, batches, succession, resumption, unconfined, evidence })
    this.revival = new Revival({ placements, batches, launcher, succession, elapsed, log })
    this.requests = new HostRequests({ placements, launcher, succession, ready, deliver })
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
    return this.requests.waiting + (this.hosts.present?.link.pending ?? DOWN_PENDING)
  }

  /** @param number of the compilation, by which it is held to account. @throws HostDied */
  compile(number: number, source: Uint8Array): Promise<Compilation> {
    return this.requests.compile(number, source)
  }

  /** @throws Failure launch_failed. */
  launch(placement: Placement): Promise<void> {
    return this.requests.launch(placement)
  }

  /** One that runs since before this gateway was started: it goes on with `resume`, and what comes for it meanwhile waits. */
  adopt(adoption: Adoption): void {
    this.placements.add(adoption.placement)
    this.resumption.place(adoption)
  }

  /** Those that were adopted go on from what is kept there. @returns those that do not, and why. */
  resume(folder: string): Promise<ReadonlyMap<Placement, string>> {
    return this.resumption.from(folder)
  }

  /** As `HostRequests.roll`. @throws Failure launch_failed; then the former program goes on. */
  roll(placement: Placement, spec: LaunchSpec, rolled: () => void): Promise<void> {
    return this.requests.roll(placement, spec, rolled)
  }

  /** @param unlessAsleep one that sleeps is left as it is, for the next gateway to go on with. */
  stop(placement: Placement, unlessAsleep = false): Promise<Stopped> {
    return this.requests.stop(placement, unlessAsleep)
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

  /** Its host is told what it is to keep of what nobody needs any more. */
  retain(host = this.hosts.present): void {
    const retained = this.deps.retained()
    if (retained) host?.link.send({ kind: 'retain', ...retained })
  }

  /** The host, once it has come up and runs what it should. */
  ready(): Promise<Host> {
    return this.hosts.next()
  }

  /** @param atMs by the pool's clock, or NEVER_OLD. */
  publish(event: MarketEvent, atMs: number): void {
    if (this.placements.wants(event)) this.batches.push({ event, atMs })
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
    this.placements.tellLeftOut()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.succession[Symbol.dispose]()
    return this.hosts[Symbol.asyncDispose]()
  }

  private async spawn(signal: AbortSignal): Promise<Host> {
    const { connect, settings, log } = this.deps
    let host: Host | undefined
    const heard = (notice: HostNotice) => this.hearing.heard(notice, host)
    const wrote = (text: string) => log('error', `sandbox host: ${text}`)
    host = new Host(await connect(settings, { heard, wrote }, signal))
    return host
  }

  /** It has come up: what ran in the last one runs in it before anything else does. */
  private starting(host: Host): Promise<void> {
    this.engineHash = host.link.engineHash
    if (this.folder !== undefined) host.link.send({ kind: 'confine', folder: this.folder })
    this.retain(host)
    return this.revival.into(host)
  }

  private ended(died: HostDied): void {
    this.restarts++
    this.revival.hostDied(died)
  }

  /** See `HearingDeps.evidence`. */
  private evidence({ number }: Placement): string {
    if (this.folder === undefined) return ''
    return `; ${evidenceOf(this.folder, number, this.deps.now())}`
  }
}
