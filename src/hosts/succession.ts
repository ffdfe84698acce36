/**
 * How a host goes on for one that has died, from what that one has kept of all that it was told: who runs there does not
 * notice. Where that cannot be, the host is a new one, and what ran is started again.
 */
import { reasonOf } from '../files/reason'
import type { Log } from '../telemetry/log'
import type { Batches } from './batches'
import { HostDied } from './death'
import type { Host } from './host'
import type { OwnItem, Placement } from './placement'
import type { Placements } from './placements'

export interface SuccessionDeps {
  readonly batches: Batches
  readonly placements: Placements
  /** The one at work; undefined while the next one comes up. */
  readonly host: () => Host | undefined
  /** Makes durable what was told so far. */
  readonly commit: () => unknown
  readonly log: Log
}

/** Why one does not go on. */
export const KNOWS_LESS = 'less was kept of it than was told'
/** So many hosts try to come to where one was that has died, if each dies of what it does for that. */
export const MOST_ATTEMPTS = 3
/** After so long it is tried again to keep what a host is told. */
const RETRY_MS = 5000

export class Succession implements Disposable {
  /** Where its host keeps what it is told; undefined: it keeps nothing. */
  private folder: string | undefined
  /** The host that has kept it: another one can go on for it. */
  private keeper: Host | undefined
  private retry: Timer | undefined
  /** Why what its host is told cannot be kept. */
  problem: string | undefined
  /** Hosts that have died of what they did to come to where it was. */
  private attempts = 0

  constructor(private readonly deps: SuccessionDeps) {}

  /** Another host can go on when the present one dies. */
  get isOpen(): boolean {
    return this.keeper !== undefined
  }

  /** The host goes on from what is kept there, and keeps on keeping it. */
  goesOnFrom(folder: string, host: Host): void {
    this.folder = folder
    this.keeper = host
  }

  async keepIn(folder: string, host: Host): Promise<void> {
    this.folder = folder
    await this.keep(host)
  }

  /**
   * A host has come up, and those that nobody suspects go on where they were.
   * @param fallen what ran in the last one.
   * @returns the numbers of those that go on; none: the host is new, or has died of it.
   */
  async of(host: Host, fallen: readonly Placement[]): Promise<ReadonlySet<number>> {
    const { keeper, folder } = this
    this.keeper = undefined
    if (!keeper || folder === undefined) {
      await this.keep(host)
      return new Set()
    }
    try {
      const goOn = await this.goOn(host, folder, fallen)
      this.keeper = host
      this.attempts = 0
      return goOn
    } catch (error) {
      // what it was to go on from is still there, and who has killed it is not to go on
      if (error instanceof HostDied && (error.kind === 'outside' || ++this.attempts < MOST_ATTEMPTS)) {
        this.keeper = keeper
        return new Set()
      }
      this.attempts = 0
      this.deps.log('error', `what ran in a sandbox host cannot go on where it was: ${String(error)}`)
      this.deps.batches.lost()
      // it has done a part of what was before
      if (!host.link.dead) await host.link[Symbol.asyncDispose]()
      return new Set()
    }
  }

  /** What the host is told is not kept any more: nobody could go on for it now. */
  unrecorded(reason: string): void {
    this.keeper = undefined
    this.setProblem(reason)
    this.deps.log('error', 'what a sandbox host is told cannot be kept: a crash of it would be noticed', { reason })
    clearTimeout(this.retry)
    this.retry = setTimeout(() => {
      const host = this.deps.host()
      if (host) void this.keep(host)
    }, RETRY_MS)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.retry)
  }

  /** @throws HostDied; Error where it does not come to where the other one was. */
  private async goOn(host: Host, folder: string, fallen: readonly Placement[]): Promise<ReadonlySet<number>> {
    const { batches, placements, commit, log } = this.deps
    // what it was told to be durable is all that it can be asked for
    commit()
    const keep = fallen.filter(({ current, suspicion }) => current && suspicion === 0)
    for (const placement of keep) placement.isRepeated = true
    const asked = keep.map((placement) => placement.known)
    const recovered = await host.goOnFor(folder, asked).finally(() => {
      for (const placement of keep) placement.isRepeated = false
    })
    const numbers = new Set<number>()
    const missing: OwnItem[] = []
    const lost = [...recovered.lost]
    for (const instance of recovered.instances) {
      const { number, waiting } = instance
      const placement = placements.get(number)
      if (placement?.isKnownTo(instance)) {
        numbers.add(number)
        missing.push(...placement.missing(waiting.length))
      } else {
        // one that has differed is gone already
        if (placement) lost.push({ number, reason: KNOWS_LESS })
        host.request({ kind: 'stop', number }).catch(ignoreRejection)
      }
    }
    for (const { number, reason, differs } of lost) {
      const placement = placements.get(number)
      if (!placement) continue
      if (differs) placements.differ(placement, reason)
      else log('warn', 'an instance cannot go on where it was', { instance: placement.spec.instanceId, reason })
    }
    batches.goOn(host, recovered, missing, ({ placement }) => numbers.has(placement.number))
    host.link.send({ kind: 'goOn' })
    for (const { number, listener } of keep) {
      const { breakers: _, ...terms } = listener.risk()
      host.link.send({ kind: 'risk', number, terms })
    }
    log('info', 'instances go on where they were', { instances: numbers.size })
    return numbers
  }

  private setProblem(problem: string | undefined): void {
    if (this.problem === problem) return
    this.problem = problem
    for (const placement of this.deps.placements.all()) placement.keeps(problem)
  }

  /** What cannot be kept is no reason not to run: it is tried again. */
  private async keep(host: Host): Promise<void> {
    if (this.folder === undefined) return
    try {
      await host.request({ kind: 'record', path: this.folder })
      this.keeper = host
      this.setProblem(undefined)
    } catch (error) {
      if (!(error instanceof HostDied)) this.unrecorded(firstLineOf(reasonOf(error)))
    }
  }
}

/** The rest of a fault of ours is its stack. */
export const firstLineOf = (text: string): string =>
  text
    .trim()
    .split('\n', 1)[0]!
    .replace(/^Error: /, '')

const ignoreRejection = (): void => undefined
