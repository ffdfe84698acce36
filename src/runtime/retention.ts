/** How long orders and executions are kept: what is older goes once an hour, or when it is asked for, a little at a time. */
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import type { AccountState } from '../schema/paper'
import type { Keep, PruneBody, PruneResult, RetentionSettings, RetentionView } from '../schema/retention'
import type { Bounds, Fold } from '../store/pruning'
import type { Store } from '../store/store'
import type { Log } from '../telemetry/log'
import { Account } from '../trading/accounts/account'
import type { AuditLog } from './audit-log'

const DAY_MS = 86_400_000
const EVERY_MS = 3_600_000
const DEFAULT_DAYS = 30
/** Between two steps of a millisecond: orders go first. */
const PAUSE_MS = 5

const TABLES = ['orders', 'executions'] as const

export interface RetentionDeps {
  readonly store: Store
  readonly auditLog: AuditLog
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly keep: RetentionSettings
}

export class Retention implements AsyncDisposable {
  private readonly keep: Readonly<Record<(typeof TABLES)[number], Keep>>
  private running: Promise<void> | undefined
  private last: PruneResult | undefined
  private timer: ReturnType<typeof setInterval> | undefined
  private isOver = false

  constructor(private readonly deps: RetentionDeps) {
    const { orders, executions } = deps.keep
    this.keep = { orders: { days: DEFAULT_DAYS, ...orders }, executions: { days: DEFAULT_DAYS, ...executions } }
  }

  /** Removes what is too old from now on, without being asked. */
  begin(): void {
    this.sweep()
    clearInterval(this.timer)
    this.timer = setInterval(() => this.sweep(), EVERY_MS)
  }

  view(): RetentionView {
    const { pruning } = this.deps.store
    const totals = pruning.totals()
    const kept = (table: (typeof TABLES)[number]) => {
      const { days = 'forever', rows } = this.keep[table]
      return { total: totals[table], ...(days !== 'forever' && { days }), ...(rows !== undefined && { rows }) }
    }
    return {
      pruning: this.running !== undefined,
      orders: kept('orders'),
      executions: kept('executions'),
      ...pruning.size(),
      ...(this.last && { last: this.last }),
    }
  }

  /** @param body what to keep this once; as configured when it says nothing. @throws Failure prune_running. */
  prune(body: PruneBody, actor: string): RetentionView {
    if (this.running) throw new Failure('prune_running', 'history is being pruned already')
    const { store, auditLog, now } = this.deps
    const asked = Object.keys(body).length > 0
    const keep = asked ? { orders: body, executions: body } : this.keep
    store.pruning.mark(now())
    auditLog.recordWith([{ who: actor, what: 'history_pruned', subject: 'history', after: keep }], () => undefined)
    this.start(keep)
    return this.view()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.timer)
    this.isOver = true
    await this.running
  }

  private sweep(): void {
    if (this.running || this.deps.store.problem !== undefined) return
    try {
      this.deps.store.pruning.mark(this.deps.now())
      this.start(this.keep)
    } catch (error) {
      this.failed(error)
    }
  }

  private failed(error: unknown): void {
    const fields = error instanceof Failure ? {} : { error }
    this.deps.log('error', `history cannot be pruned: ${reasonOf(error)}`, fields)
  }

  private start(keep: Readonly<Record<(typeof TABLES)[number], Keep>>): void {
    const { log, now } = this.deps
    this.running = this.run(keep)
      .then((counts) => {
        if (counts === undefined) return
        this.last = { at: new Date(now()).toISOString(), ...counts }
        if (counts.orders + counts.executions > 0) log('info', 'history pruned', counts)
      })
      .catch((error: unknown) => this.failed(error))
      .finally(() => {
        this.running = undefined
      })
  }

  /** Undefined when the gateway ends before it is done. */
  private async run(keep: Readonly<Record<(typeof TABLES)[number], Keep>>) {
    const { pruning } = this.deps.store
    const steps = pruning.prune(this.boundsOf(keep), fold)
    for (;;) {
      await Bun.sleep(PAUSE_MS)
      if (this.isOver) return undefined
      const step = steps.next()
      if (step.done) return step.value
    }
  }

  private boundsOf(keep: Readonly<Record<(typeof TABLES)[number], Keep>>): Bounds {
    const { store, now } = this.deps
    const newest = store.pruning.newest()
    const bound = (table: (typeof TABLES)[number]) => {
      const { days = 'forever', rows } = keep[table]
      const byAge = days === 'forever' ? 0 : store.pruning.asOf(now() - days * DAY_MS)[table]
      return Math.max(byAge, rows === undefined ? 0 : newest[table] - rows)
    }
    return { orders: bound('orders'), executions: bound('executions') }
  }
}

/** Opening balances belong to the venue's settings, and are no part of a state. */
const OPENED = { cash: {}, leverage: '1', checkMargin: false } as const

const fold: Fold = (model, state, fills): AccountState => {
  const account = new Account({ model, ...OPENED }, instrumentOf)
  if (state) account.restore(state)
  for (const fill of fills) account.applyFill(fill)
  return account.state
}

/** Every symbol is written as BASE-QUOTE. */
function instrumentOf(symbol: string) {
  const [baseCurrency = '', quoteCurrency = ''] = symbol.split('-')
  return { symbol, type: 'spot', baseCurrency, quoteCurrency, venue: '' }
}
