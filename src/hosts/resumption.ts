/**
 * How instances go on that ran under a gateway that has died: a host comes to where theirs was, from what that one has kept,
 * and they are taken over if it knows of all that the journal knows, and of no report that the journal does not know.
 */
import { reasonOf } from '../files/reason'
import type { Recovered, RecoveredInstance } from '../protocol/reported'
import type { Log } from '../telemetry/log'
import type { Batches } from './batches'
import { HostDied } from './death'
import type { Host } from './host'
import type { HostEvent } from './host-events'
import type { UntoldReport } from './instance-listener'
import type { OwnItem, Placement } from './placement'
import type { Placements } from './placements'
import { firstLineOf, KNOWS_LESS, MOST_ATTEMPTS, type Succession } from './succession'

export interface Adoption {
  readonly placement: Placement
  /** Reports that it may not have handled, as the journal has them, oldest first. */
  readonly untold: readonly UntoldReport[]
  /** The number of the last report that the journal knew when it was placed. */
  readonly newestReport: number
}

export interface ResumptionDeps {
  readonly batches: Batches
  readonly placements: Placements
  readonly succession: Succession
  /** The host, once it has come up. */
  readonly ready: () => Promise<Host>
  readonly deliver: (item: OwnItem) => void
  readonly heard: (event: HostEvent, host: Host) => void
  readonly log: Log
}

export class Resumption {
  /** Nothing is sent to the host until it is known what it knows. */
  isUnderWay = false
  private readonly adoptions: Adoption[] = []
  /** What the host says until then: nothing is to come of it where it does not fit. */
  private said: HostEvent[] = []

  constructor(private readonly deps: ResumptionDeps) {}

  place(adoption: Adoption): void {
    this.adoptions.push(adoption)
  }

  hear(event: HostEvent): void {
    this.said.push(event)
  }

  /** @returns those that do not go on, and why. */
  async from(folder: string): Promise<ReadonlyMap<Placement, string>> {
    const { succession, ready, batches } = this.deps
    const lost = new Map<Placement, string>()
    this.isUnderWay = this.adoptions.length > 0
    try {
      if (this.isUnderWay && (await this.recover(folder, lost))) return lost
      await succession.keepIn(folder, await ready())
      return lost
    } finally {
      this.isUnderWay = false
      this.adoptions.length = 0
      batches.flushSoon()
    }
  }

  /** @returns whether a host goes on. @throws Error when there will be none. */
  private async recover(folder: string, lost: Map<Placement, string>): Promise<boolean> {
    const { ready, log, placements, batches, succession } = this.deps
    let reason = ''
    for (let attempts = 0; attempts < MOST_ATTEMPTS; ) {
      const host = await ready()
      this.said = []
      // who has killed a host by what it did before would do the same again
      const keep = this.adoptions.filter(({ placement: { suspicion } }) => suspicion === 0)
      try {
        const recovered = await host.goOnFor(
          folder,
          keep.map(({ placement }) => placement.known),
        )
        if (host.link.dead) throw await host.link.ended
        this.takeOver(host, recovered, lost)
        succession.goesOnFrom(folder, host)
        return true
      } catch (error) {
        reason = firstLineOf(reasonOf(error))
        if (error instanceof HostDied) {
          if (error.kind !== 'outside') attempts++
          continue
        }
        log('error', `what ran in a sandbox host cannot go on where it was: ${reason}`)
        // it has done a part of what was before
        if (!host.link.dead) await host.link[Symbol.asyncDispose]()
        break
      }
    }
    this.isUnderWay = false
    batches.lost()
    for (const { placement } of this.adoptions) {
      if (!placement.current) continue
      lost.set(placement, reason)
      placements.remove(placement)
    }
    return false
  }

  private takeOver(host: Host, recovered: Recovered, lost: Map<Placement, string>): void {
    const { batches, heard, placements, log } = this.deps
    const known = new Map(recovered.instances.map((instance) => [instance.number, instance]))
    const refusals = new Map(recovered.lost.map(({ number, reason }) => [number, reason]))
    const differing = new Set(recovered.lost.flatMap(({ number, differs }) => (differs ? number : [])))
    const failed = new Set(this.said.flatMap((event) => (event.kind === 'failed' ? event.number : [])))
    batches.resume(recovered)
    const takenOver: Placement[] = []
    for (const adoption of this.adoptions) {
      const { placement } = adoption
      const instance = known.get(placement.number)
      const problem = instance ? problemOf(instance, adoption) : absence(placement, refusals, failed)
      if (problem !== undefined && differing.has(placement.number)) placements.differ(placement, problem)
      else if (problem !== undefined) {
        lost.set(placement, problem)
        placements.remove(placement)
      } else if (instance) {
        placements.begin(placement, instance.started)
        this.goOn(instance, adoption)
        takenOver.push(placement)
      }
    }
    this.isUnderWay = false
    for (const { placement } of this.adoptions) placement.isRepeated = true
    for (const event of this.said.splice(0)) heard(event, host)
    for (const { placement } of this.adoptions) placement.isRepeated = false
    host.link.send({ kind: 'goOn' })
    for (const { number, listener, current } of takenOver) {
      const { breakers: _, ...terms } = listener.risk()
      if (current) host.link.send({ kind: 'risk', number, terms })
    }
    const gone = recovered.instances.filter(
      ({ number }) => !takenOver.some((one) => one.current && one.number === number),
    )
    for (const { number } of gone) host.request({ kind: 'stop', number }).catch(ignoreRejection)
    if (takenOver.length > 0) log('info', 'instances go on that ran before', { instances: takenOver.length })
  }

  /** What it has handled is told, what it was given it has still to handle, and the rest it is given now. */
  private goOn(instance: RecoveredInstance, { placement, untold }: Adoption): void {
    const { deliver } = this.deps
    const own = new Map(untold.map((report) => [report.seq, report]))
    const { tradingActive, listener } = placement
    const waiting = instance.waiting.map((seq): OwnItem => {
      const report = own.get(seq)
      return report ? itemOf(placement, report) : { placement, content: { tradingActive } }
    })
    placement.resumed(instance, waiting)
    const next = instance.waiting.find((seq) => seq > 0) ?? instance.reported + 1
    if (untold[0] && untold[0].seq < next) listener.told(next - 1)
    for (const report of untold) {
      if (report.seq <= instance.reported) continue
      const { provider, balances } = report
      deliver({ ...itemOf(placement, report), effect: { provider, report: report.report } })
      if (!balances || !report.report.fill) continue
      const { instrument, all } = balances
      for (const event of placement.eventsAt(provider).balances(report.report.fill, instrument, all))
        deliver({ placement, content: { event } })
    }
    for (const item of placement.early.splice(0)) deliver(item)
  }
}

/** As its accounts hold it already. */
export function itemOf(placement: Placement, { provider, report, seq, timeMs }: UntoldReport): OwnItem {
  const event = { ...placement.eventsAt(provider).reported(report), timeMs }
  return { placement, content: { event }, seq }
}

function problemOf(instance: RecoveredInstance, { placement, newestReport }: Adoption): string | undefined {
  if (!placement.isKnownTo(instance)) return KNOWS_LESS
  if (instance.reported > newestReport) return 'it was told of reports that are not in the journal'
  return undefined
}

/** Why it is not there; undefined: it has ended, and that is said. */
function absence(
  { number, suspicion }: Placement,
  refusals: ReadonlyMap<number, string>,
  failed: ReadonlySet<number>,
): string | undefined {
  if (failed.has(number)) return undefined
  if (suspicion > 0) return 'its sandbox host died of what it did before'
  return refusals.get(number) ?? 'its sandbox host has kept nothing of it'
}

const ignoreRejection = (): void => undefined
