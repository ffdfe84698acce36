/**
 * Instances that ran when the gateway died go on where they were: nothing of it is in their log or their state. Those of
 * which that cannot be proven begin anew, and are told so.
 */
import { Failure } from '../../errors/failure'
import { reasonOf } from '../../files/reason'
import type { UntoldReport } from '../../hosts/instance-listener'
import type { HostPool } from '../../hosts/pool'
import type { Cut } from '../../schema/cuts'
import type { Progress } from '../../store/progress'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'
import type { Providers } from '../providers/providers'
import type { InstanceRecord } from './instance'
import type { InstanceIndex } from './instance-index'
import type { InstanceRunner } from './instance-runner'
import type { LaunchPlanner, Preparation } from './launch-planner'
import { besideRecording } from './scope-durability'
import type { TradingPermission } from './trading-permission'

export interface InstanceResumptionDeps {
  readonly hosts: HostPool
  readonly store: Store
  readonly providers: Providers
  readonly instanceIndex: InstanceIndex
  readonly planner: LaunchPlanner
  readonly runner: InstanceRunner
  readonly permission: TradingPermission
  readonly log: Log
}

/** What it needs to go on. */
interface Passage {
  readonly record: InstanceRecord
  readonly progress: Progress
  readonly preparation: Preparation
  readonly upTo: number | undefined
}

const NOT_KEPT = 'what its sandbox host was told could not be kept'

export class InstanceResumption {
  constructor(private readonly deps: InstanceResumptionDeps) {}

  /**
   * @param folder where hosts keep what they are told, from now on as well.
   * @returns those that ran and cannot go on, and why.
   */
  async from(folder: string): Promise<ReadonlyMap<InstanceRecord, string>> {
    const { hosts, runner } = this.deps
    const lost = new Map<InstanceRecord, string>()
    const passages = (await Promise.all(this.candidates().map((one) => this.prepared(one, lost)))).flatMap(
      (passage) => passage ?? [],
    )
    await hosts.atLeast(1 + Math.max(0, ...passages.map(({ progress }) => progress.slot)))
    for (const passage of passages) this.adopt(passage, lost)
    const left = await hosts.recover(folder)
    for (const { record, preparation } of passages) {
      const reason = left.get(record.id)
      if (reason !== undefined) lost.set(record, reason)
      // one that had failed has said so
      else if (hosts.running(record.id)) runner.goesOn(record, preparation)
    }
    for (const [record, reason] of lost) {
      this.deps.store.progress.lost(record.key)
      this.deps.log('warn', 'an instance cannot go on where it was', { instance: record.id, reason })
    }
    return lost
  }

  private candidates(): [record: InstanceRecord, progress: Progress][] {
    const { store, instanceIndex } = this.deps
    const kept = store.progress.all()
    return instanceIndex.all().flatMap((record) => {
      const progress = kept.get(record.key)
      if (!progress) return []
      if (record.ranBefore && record.stored.wanted) return [[record, progress]]
      store.progress.drop(record.key)
      return []
    })
  }

  /** Undefined: it begins anew. */
  private async prepared(
    [record, progress]: [InstanceRecord, Progress],
    lost: Map<InstanceRecord, string>,
  ): Promise<Passage | undefined> {
    const { planner, providers } = this.deps
    try {
      const isRecording = record.providers.some((provider) => providers.isRecorded(provider))
      const cut = isRecording ? this.cutOf(record) : undefined
      const upTo = cut?.batches[progress.slot]
      const problem = this.problemOf(record, progress) ?? (cut && upTo === undefined ? NOT_KEPT : undefined)
      if (problem !== undefined) lost.set(record, problem)
      // a recording that begins anew is seen from its beginning
      else if (!isRecording || cut)
        return { record, progress, upTo, preparation: await planner.prepare(record, planner.pinned(record)) }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      lost.set(record, reasonOf(error))
    }
    return undefined
  }

  private problemOf(record: InstanceRecord, { hash, engine, slot }: Progress): string | undefined {
    const { hosts, providers } = this.deps
    if (slot < 0) return NOT_KEPT
    if (hash !== record.stored.hash) return 'another revision was about to take its place'
    if (engine !== hosts.compiler.engineHash) return 'it ran on another engine'
    return besideRecording(record, providers)
  }

  /** Where its recording goes on; undefined: it begins anew. */
  private cutOf({ providers: [provider = ''] }: InstanceRecord): Cut | undefined {
    return this.deps.store.cuts.get(provider)
  }

  private adopt({ record, progress, preparation, upTo }: Passage, lost: Map<InstanceRecord, string>): void {
    const { hosts, store, planner, runner, permission } = this.deps
    try {
      // what happens to its orders from this moment on finds it placed
      const scope = planner.accounts(record)
      const { reports } = runner.untold(record)
      record.fills = progress.fills
      const problem = hosts.adopt({
        spec: { ...preparation, scope },
        listener: runner.listenerOf(record, preparation.recorded),
        tradingActive: permission.of(record),
        progress,
        untold: reports.map((report) => this.withBalances(record, report)),
        newestReport: store.journal.lastSeq,
        upTo,
      })
      if (problem !== undefined) lost.set(record, problem)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      lost.set(record, reasonOf(error))
    }
  }

  private withBalances(record: InstanceRecord, untold: UntoldReport): UntoldReport {
    const { providers } = this.deps
    const { provider, report } = untold
    const { live } = providers.get(provider)
    const account = live?.orders.accountOf(record)
    if (!report.fill || !account || !live) return untold
    const instrument = live.provider.instrument(report.fill.symbol)
    return { ...untold, balances: { instrument, all: account.balances() } }
  }
}
