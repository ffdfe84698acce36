/** What each instance has traded in all: notional and fees by symbol, exact, over restarts and after its history was pruned. */
import type { Fill } from '../../schema/orders'
import type { Store } from '../../store/store'
import type { StoredTraded } from '../../store/worth'
import type { Contract } from '../../trading/contract'
import { Decimal, ZERO } from '../../trading/decimal'
import type { ActivityStream } from '../activity/activity-stream'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import type { Providers } from '../providers/providers'

export interface TradedDeps {
  readonly activity: ActivityStream
  readonly instanceIndex: Pick<InstanceIndex, 'records' | 'all'>
  readonly providers: Pick<Providers, 'openOrders' | 'held'>
  readonly store: Pick<Store, 'journal' | 'worth'>
}

/** Sums of one instance in one symbol. */
export interface Sums {
  readonly fills: number
  /** In the settlement currency. */
  readonly turnover: Decimal
  /** By currency. */
  readonly fees: ReadonlyMap<string, Decimal>
}

interface Counted extends Sums {
  readonly instance: number
  readonly provider: string
  readonly symbol: string
  readonly seq: number
}

const NOTHING: Sums = { fills: 0, turnover: ZERO, fees: new Map() }
const keyOf = (instance: number, provider: string, symbol: string) => `${instance} ${provider} ${symbol}`

export class Traded {
  private readonly counted = new Map<string, Counted>()
  /** Keys of what is to be written. */
  private readonly changed = new Set<string>()

  constructor(private readonly deps: TradedDeps) {
    for (const row of deps.store.worth.traded()) {
      const { instance, provider, symbol, seq, fills } = row
      const fees = new Map(Object.entries<string>(JSON.parse(row.fees)).map(([of, sum]) => [of, Decimal.parse(sum)]))
      const sums = { instance, provider, symbol, seq, fills, turnover: Decimal.parse(row.turnover), fees }
      this.counted.set(keyOf(instance, provider, symbol), sums)
    }
    deps.activity.observe('fill', ({ instance, provider, executionId, fill }) => {
      const record = deps.instanceIndex.records.get(instance)
      const contract = record && this.contract(record, provider, fill.symbol)
      if (record && contract) this.count(record, provider, contract, Number(executionId), fill)
    })
  }

  /** Counts what the journal has of the time before anybody counted. */
  catchUp(): void {
    const last = new Map<string, number>()
    for (const { instance, provider, seq } of this.counted.values()) {
      const account = `${instance} ${provider}`
      last.set(account, Math.max(seq, last.get(account) ?? 0))
    }
    for (const record of this.deps.instanceIndex.all()) {
      for (const provider of record.providers) {
        this.catchUpAt(record, provider, last.get(`${record.key} ${provider}`) ?? 0)
      }
    }
    // before anything of it is pruned
    this.keep()
  }

  of({ key }: InstanceRecord, provider: string, symbol: string): Sums {
    return this.counted.get(keyOf(key, provider, symbol)) ?? NOTHING
  }

  /** Keeps what was counted since the last time: what comes to be lost is counted again from the journal. */
  keep(): void {
    const rows = this.rows()
    if (rows.length === 0) return
    const { store, providers, instanceIndex } = this.deps
    const scopes = new Map(instanceIndex.all().map((record) => [record.key, record.providers]))
    for (const row of rows) {
      // what a recording does again is not to be counted again
      providers.held(scopes.get(row.instance) ?? [], () => store.worth.keepTraded([row]))
    }
  }

  /** Instances that are no more. */
  forget(instance: number): void {
    for (const [key, sums] of this.counted) if (sums.instance === instance) this.counted.delete(key)
  }

  /** @param after the last execution that counts. */
  private catchUpAt(record: InstanceRecord, provider: string, after: number): void {
    const { journal } = this.deps.store
    let last = after
    for (let more = true; more; ) {
      const executions = journal.executionsAfter(record.key, provider, last)
      for (const { seq, fill } of executions) {
        const contract = this.contract(record, provider, fill.symbol)
        if (!contract) return
        this.count(record, provider, contract, seq, fill)
        last = seq
      }
      more = executions.length > 0
    }
  }

  private contract(record: InstanceRecord, provider: string, symbol: string): Contract | undefined {
    return this.deps.providers.openOrders(provider)?.accountOf(record)?.contract(symbol)
  }

  private count(
    { key: instance }: InstanceRecord,
    provider: string,
    contract: Contract,
    seq: number,
    fill: Fill,
  ): void {
    const { symbol, feeCurrency } = fill
    const key = keyOf(instance, provider, symbol)
    const before = this.counted.get(key) ?? NOTHING
    const notional = contract.notional(Decimal.parse(fill.quantity), Decimal.parse(fill.price)).absolute()
    const fee = (before.fees.get(feeCurrency) ?? ZERO).plus(Decimal.parse(fill.fee))
    this.counted.set(key, {
      instance,
      provider,
      symbol,
      seq,
      fills: before.fills + 1,
      turnover: before.turnover.plus(notional),
      fees: new Map(before.fees).set(feeCurrency, fee),
    })
    this.changed.add(key)
  }

  private rows(): StoredTraded[] {
    const rows = [...this.changed].flatMap((key) => {
      const sums = this.counted.get(key)
      if (!sums) return []
      const fees = JSON.stringify(Object.fromEntries([...sums.fees].map(([of, sum]) => [of, sum.toString()])))
      return [{ ...sums, turnover: sums.turnover.toString(), fees }]
    })
    this.changed.clear()
    return rows
  }
}
