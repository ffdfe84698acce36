/** An order manager over a venue, with a real journal in a folder of its own, and an owner who writes down what it is told. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OrderManager, type OrderManagerDeps } from '../../src/execution/order-manager'
import type { Patience } from '../../src/execution/patience'
import type { Venue } from '../../src/execution/venue'
import type { ExecutionReport } from '../../src/schema/orders'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import { instrument, SYMBOL } from '../trading/venue'

export const OWNER = { key: 1, id: 'me' }

/** Short, so that a test does not wait for what never comes. */
export const SHORT: Patience = { answerMs: 20, backoff: { firstMs: 1, mostMs: 8 }, lookEveryMs: 5 }

export interface Stage extends Disposable {
  readonly manager: OrderManager
  readonly store: Store
  /** What the owner was told, oldest first. */
  readonly told: ExecutionReport[]
  readonly logged: string[]
  /** What was done about orders, in this order: `sent`, `journalled`, `told`, and what goes with it. */
  readonly happened: string[]
  /** What a gateway would find that is started after this one was killed now. */
  copy(): string
  orders(): ReturnType<typeof ordersOf>
  executions(): ReturnType<typeof executionsOf>
}

export function folder(): string {
  return mkdtempSync(join(tmpdir(), 'execution-'))
}

const everything = { offset: 0, limit: 1000 }
const ordersOf = (store: Store) => finish(store.lists.orders(OWNER.key, everything)).items
const executionsOf = (store: Store) => finish(store.lists.executions(OWNER.key, everything)).items

export interface StageSettings {
  readonly directory?: string
  readonly provider?: string
  readonly refusal?: OrderManagerDeps['refusal']
  readonly patience?: Patience
}

export function openStage(makeVenue: (store: Store) => Venue, settings: StageSettings = {}): Stage {
  const { directory = folder(), provider = 'paper', refusal = () => undefined, patience = SHORT } = settings
  const logged: string[] = []
  const log = (_: string, message: string) => void logged.push(message)
  const store = Store.open({ directory, log })
  const told: ExecutionReport[] = []
  const happened: string[] = []
  const hosts: OrderManagerDeps['hosts'] = {
    report(id, at, report, seq, { mark, valuedAt } = {}) {
      told.push(report)
      const { clientOrderId, state } = report.payload
      const known = [...(mark ? [`mark ${mark.price}`] : []), ...(valuedAt === undefined ? [] : [`valued ${valuedAt}`])]
      const isNumbered = seq === undefined ? 'in no journal' : 'by its number'
      happened.push([`told ${id} at ${at} ${clientOrderId} ${state} ${isNumbered}`, ...known].join(', '))
    },
    balances(id, at, fill, { symbol }, all) {
      const totals = all.map(({ currency, total }) => `${total} ${currency}`)
      happened.push(`balances ${id} at ${at} ${fill.quantity} ${symbol}: ${totals.join()}`)
    },
  }
  const manager = new OrderManager({
    provider,
    venue: makeVenue(store),
    instrument,
    store,
    hosts,
    holder: () => undefined,
    reducing: () => false,
    sent: ({ id }, { clientOrderId }, timeMs) => void happened.push(`sent ${id} ${clientOrderId} at ${timeMs}`),
    doubted: ({ id }, { clientOrderId }, known) =>
      void happened.push(`doubted ${id} ${clientOrderId} ${known?.state ?? 'of which nothing was known'}`),
    reported: ({ id }, { payload: { clientOrderId, state } }) =>
      void happened.push(`journalled ${id} ${clientOrderId} ${state}`),
    liquidated: ({ id }, { currency }) => void happened.push(`liquidated ${id} ${currency}`),
    refusal,
    log,
    now: Date.now,
    patience,
  })
  manager.openAccounts(OWNER, [SYMBOL], 0)
  return {
    manager,
    store,
    told,
    logged,
    happened,
    copy() {
      const copy = folder()
      cpSync(directory, copy, { recursive: true })
      return copy
    },
    orders: () => ordersOf(store),
    executions: () => executionsOf(store),
    [Symbol.dispose]() {
      manager[Symbol.dispose]()
      store[Symbol.dispose]()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
