/** Which limits and kill switches concern whom, and what of that holds after a restart. */
import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InstanceRecord } from '../../../src/runtime/instances/instance'
import { RiskBook } from '../../../src/runtime/risk/risk-book'
import { inForce } from '../../../src/schema/risk-set'
import { NO_RESTARTS } from '../../../src/store/instances'
import type { StoredSwitch } from '../../../src/store/risk'
import { Store } from '../../../src/store/store'
import { Decimal } from '../../../src/trading/decimal'
import { orderOf } from '../../store/trades'
import { contract } from '../../trading/venue'

const OPEN_MS = Date.UTC(2026, 0, 1)

function openBook(directory = mkdtempSync(join(tmpdir(), 'risk-book-'))) {
  const store = Store.open({ directory, log: () => undefined })
  return { directory, store, book: new RiskBook(store), [Symbol.dispose]: () => store[Symbol.dispose]() }
}

/** Trades at `sim` and `tape`. */
const traderOf = (id: string) =>
  new InstanceRecord({
    id,
    key: 1,
    selector: 'grid',
    strategy: 'grid',
    hash: 'sha256:1',
    tag: 'v1',
    config: {},
    scope: { sim: { symbols: ['BTC-USDT'] }, tape: { symbols: ['BTC-USDT'] } },
    wanted: false,
    state: 'stopped',
    restart: 'never',
    restarts: NO_RESTARTS,
    reason: undefined,
    createdMs: 1,
    updatedMs: 1,
  })

const set = { mode: 'kill', reason: 'too hot', who: 'ops', sinceMs: OPEN_MS, untilMs: null } as const
const ALL = { scope: 'all', subject: '', ...set } as const
const SIM = { scope: 'provider', subject: 'sim', ...set } as const
const T1 = { scope: 'instance', subject: 't1', ...set } as const

interface Case {
  readonly engaged: readonly StoredSwitch[]
  readonly halts: Readonly<Record<string, string>>
  /** Where they halt another instance. */
  readonly others: string[]
}

test.each<Case>([
  { engaged: [], halts: {}, others: [] },
  { engaged: [SIM], halts: { sim: 'the kill switch of the provider sim is set: too hot' }, others: ['sim'] },
  {
    engaged: [T1],
    halts: {
      sim: 'the kill switch of the instance t1 is set: too hot',
      tape: 'the kill switch of the instance t1 is set: too hot',
    },
    others: [],
  },
  {
    engaged: [T1, SIM],
    halts: {
      sim: 'the kill switch of the provider sim is set: too hot',
      tape: 'the kill switch of the instance t1 is set: too hot',
    },
    others: ['sim'],
  },
  {
    engaged: [T1, SIM, ALL],
    halts: { sim: 'the kill switch is set: too hot', tape: 'the kill switch is set: too hot' },
    others: ['sim', 'tape'],
  },
])('of $engaged the widest that concerns an instance halts it, at the providers that it concerns', (row) => {
  using at = openBook()
  const { book } = at
  for (const engaged of row.engaged) book.engage(engaged)
  const t1 = traderOf('t1')
  expect(book.termsOf(t1)).toEqual({ limits: {}, halts: row.halts })
  expect(Object.keys(book.termsOf(traderOf('t2')).halts)).toEqual(row.others)
  const market = () => {
    throw new Error('no limit asks for it')
  }
  expect(book.refusalOf(t1, orderOf('o'), market)).toBe(row.halts.sim)
})

test('switches and limits hold after a restart, and what was released does not come back', () => {
  let directory: string
  {
    using at = openBook()
    directory = at.directory
    for (const engaged of [SIM, T1, ALL]) at.book.engage(engaged)
    expect(at.book.release(SIM)).toEqual(SIM)
    expect(at.book.release(SIM)).toBeUndefined()
    at.store.risk.saveLimits({ maxPositionSize: '2' })
  }
  using again = openBook(directory)
  const { book } = again
  expect([...book.engaged()]).toEqual(expect.arrayContaining([T1, ALL]))
  expect([SIM, T1, ALL].map((target) => book.at(target) !== undefined)).toEqual([false, true, true])
  expect(book.limits).toEqual({ maxPositionSize: '2' })
  book.release(T1)
  expect(book.release(ALL)).toEqual(ALL)
  const market = (held: string) => () => ({
    contract: contract('BTC-USDT'),
    lastPrice: undefined,
    exposure: { held: Decimal.parse(held), open: [] },
  })
  expect(['1', '1.1'].map((held) => book.refusalOf(traderOf('t1'), orderOf('o'), market(held)))).toEqual([
    undefined,
    'the position in BTC-USDT could become 2.1, the limit is 2',
  ])
  expect(book.view(() => 0)).toEqual({ limits: inForce({ maxPositionSize: '2' }), killSwitches: [], breaches: [] })
  // with two reasons it is the switch that is told
  book.engage(ALL)
  expect(book.refusalOf(traderOf('t1'), orderOf('o'), market('1.1'))).toBe('the kill switch is set: too hot')
})

test('an instance is bound by what is set for it, its provider and all; where nothing is set there is no limit', () => {
  using at = openBook()
  at.book.setLimits({ providers: { sim: { maxConcurrentOrders: 1 } }, instances: { t2: { maxPositionSize: '3' } } })
  expect(at.book.termsOf(traderOf('t1'))).toEqual({ limits: { sim: { maxConcurrentOrders: 1 } }, halts: {} })
  expect(at.book.termsOf(traderOf('t2'))).toEqual({
    limits: { sim: { maxConcurrentOrders: 1, maxPositionSize: '3' }, tape: { maxPositionSize: '3' } },
    halts: {},
  })
})

test('breaches go on counting at the next launch until they are forgiven, at one provider or at all', () => {
  using at = openBook()
  const { book } = at
  const one = { breaches: 1, counted: 1, openUntilMs: 0 }
  const two = { breaches: 2, counted: 0, openUntilMs: OPEN_MS }
  book.remember('t1', 'sim', { breaches: 0, counted: 0, openUntilMs: 0 })
  expect(book.termsAtLaunch(traderOf('t1'))).toEqual({ limits: {}, halts: {}, breakers: {} })
  expect(book.forgive('t1', SIM)).toBe(false)
  book.remember('t1', 'sim', one)
  book.remember('t1', 'tape', two)
  book.remember('t2', 'tape', two)
  const breakers = (id: string) => book.termsAtLaunch(traderOf(id)).breakers
  expect([breakers('t1'), breakers('t2')]).toEqual([{ sim: one, tape: two }, { tape: two }])
  const shown = (nowMs: number) => book.view((provider) => (provider === 'tape' ? nowMs : 0)).breaches
  const circuitBreakerOpenUntil = new Date(OPEN_MS).toISOString()
  expect(shown(OPEN_MS - 1)).toEqual([
    { instance: 't1', provider: 'sim', breaches: 1 },
    { instance: 't1', provider: 'tape', breaches: 2, circuitBreakerOpenUntil },
    { instance: 't2', provider: 'tape', breaches: 2, circuitBreakerOpenUntil },
  ])
  expect(shown(OPEN_MS)[1]).toEqual({ instance: 't1', provider: 'tape', breaches: 2 })
  expect([book.forgive('t1', SIM), book.forgive('t1', SIM)]).toEqual([true, false])
  expect(breakers('t1')).toEqual({ tape: two })
  expect([book.forgive('t1', T1), book.forgive('t1', ALL)]).toEqual([true, false])
  expect([breakers('t1'), breakers('t2')]).toEqual([{}, { tape: two }])
  expect(book.forgive('t2', ALL)).toBe(true)
})

test('the view tells of each switch whose it is, since when and why', () => {
  using at = openBook()
  for (const engaged of [SIM, ALL]) at.book.engage(engaged)
  const told = { mode: 'kill', reason: 'too hot', since: new Date(OPEN_MS).toISOString(), who: 'ops' } as const
  expect(at.book.view(() => 0).killSwitches).toEqual([
    { scope: 'provider', subject: 'sim', ...told },
    { scope: 'all', ...told },
  ])
})
