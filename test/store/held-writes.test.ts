/** What is written on behalf of a recording: nothing of it is there before the next cut, and all of it with the cut. */
import { afterEach, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cut } from '../../src/schema/cuts'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import { until } from '../until'
import { orderOf } from './trades'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'meltica-held-'))
  made.push(path)
  return path
}
const open = (directory: string, said: string[] = []) =>
  Store.open({ directory, log: (level, message) => void said.push(`${level}: ${message}`) })

const cut = (position: number): Cut => ({
  position,
  symbols: [['BTC-USDT', 0]],
  isOver: false,
  venue: {
    timeMs: 0,
    marketMs: 0,
    orders: [],
    inFlight: [],
    reducing: [],
    arrived: 0,
    quotes: [],
    marks: [],
    actions: [],
  },
  batches: [position],
})

const line = (message: string) => ({ timeMs: 1, level: 'info', source: 'strategy', message }) as const
const page = { offset: 0, limit: 100 }
const lines = (store: Store, instance: number) =>
  finish(store.logs.page(instance, page))
    .items.map(({ message }) => message)
    .reverse()

/** What a gateway would find that comes after one that is killed now. */
function after<T>(directory: string, look: (store: Store) => T): T {
  const copy = folder()
  cpSync(directory, copy, { recursive: true })
  using store = open(copy)
  return look(store)
}

test('what is held is in no commit and in no answer before its cut, and with the cut in the order in which it was written', () => {
  const directory = folder()
  using store = open(directory)
  const began: string[] = []
  store.whenHeld((recording) => began.push(recording))
  store.held('a', () => {
    store.logs.append(1, line('one'))
    store.held('b', () => store.logs.append(2, line('other')))
    store.held(undefined, () => store.logs.append(3, line('at once')))
    store.logs.append(1, line('two'))
  })
  store.commit()
  expect([began, store.isHolding(), store.isHolding('a'), store.holder]).toEqual([['a', 'b'], true, true, undefined])
  const told = (one: Store) => [1, 2, 3].map((instance) => lines(one, instance))
  expect(told(store)).toEqual([[], [], ['at once']])
  expect(after(directory, told)).toEqual([[], [], ['at once']])
  store.cuts.save('a', cut(7))
  for (const look of [told(store), after(directory, told)]) expect(look).toEqual([['one', 'two'], [], ['at once']])
  expect(after(directory, ({ cuts }) => [cuts.get('a'), cuts.get('b')])).toEqual([cut(7), undefined])
  expect([store.isHolding('a'), store.isHolding('b')]).toEqual([false, true])
  store.cuts.drop('b')
  expect(after(directory, (one) => [told(one)[1], one.cuts.get('b')])).toEqual([['other'], undefined])
})

test('closed without a cut, a store has nothing of what was held', () => {
  const directory = folder()
  {
    using store = open(directory)
    store.cuts.save('a', cut(1))
    store.held('a', () => store.logs.append(1, line('lost')))
  }
  using store = open(directory)
  expect([lines(store, 1), store.cuts.get('a')?.position]).toEqual([[], 1])
})

test('who waits for the commit of what is held waits for the cut', async () => {
  using store = open(folder())
  const told: string[] = []
  store.held('a', () => {
    store.logs.append(1, line('one'))
    void store.committed().then((isDurable) => told.push(`held ${isDurable}`))
  })
  void store.committed().then((isDurable) => told.push(`other ${isDurable}`))
  store.logs.append(2, line('other'))
  store.commit()
  await until(() => told.length > 0)
  expect(told).toEqual(['other true'])
  store.cuts.save('a', cut(1))
  await until(() => told.length > 1)
  expect(told).toEqual(['other true', 'held true'])
})

test('entries of a feed get their numbers when they are written: those of a cut come after what was written before', () => {
  using store = open(folder())
  const entry = (text: string) => () => [{ seq: ++store.feed.last, text }]
  store.held('a', () => store.feed.append(false, entry('held')))
  store.feed.append(false, entry('first'))
  expect(store.feed.above(0).map(({ text }) => text)).toEqual(['first'])
  store.cuts.save('a', cut(1))
  expect(store.feed.above(0)).toEqual([
    { seq: 1, text: 'first' },
    { seq: 2, text: 'held' },
  ])
})

test('a change that is refused stops nothing else of its cut, and is in the log', () => {
  const said: string[] = []
  using store = open(folder(), said)
  const order = orderOf('twice', { provider: 'a' })
  store.held('a', () => {
    store.journal.ordered(1, order, 1)
    store.journal.ordered(1, order, 2)
    store.logs.append(1, line('behind it'))
  })
  store.cuts.save('a', cut(1))
  expect([lines(store, 1), store.journal.order(1, 'twice')?.placedMs, said]).toEqual([
    ['behind it'],
    1,
    ['error: a change was refused'],
  ])
})

test('breaches that were forgiven before they were written do not come back with the cut', () => {
  using store = open(folder())
  const breaches = { instance: 'one', provider: 'a', breaches: 3, counted: 3, openUntilMs: 0 }
  store.held('a', () => store.risk.keepBreaches(breaches))
  store.risk.forgiveBreaches('one')
  store.held('a', () => store.risk.keepBreaches({ ...breaches, breaches: 1 }))
  store.cuts.save('a', cut(1))
  expect(store.risk.breaches()).toEqual([{ ...breaches, breaches: 1 }])
})
