/** What a sandbox host says to what it is told, within this process and by a clock that stands still. */
import { expect, test } from 'bun:test'
import { compileStrategy, compiling } from '../../src/compiler/compile'
import { HostEncoder } from '../../src/hosts/encoder'
import { NEVER_OLD } from '../../src/hosts/outbox'
import { Placement } from '../../src/hosts/placement'
import { ProtocolError } from '../../src/protocol/check'
import { frameOf } from '../../src/protocol/frames'
import type { LaunchSpec } from '../../src/protocol/launch'
import type { FromHost, Request, ToHost } from '../../src/protocol/messages'
import { PROTOCOL_VERSION } from '../../src/protocol/version'
import { loadEngine } from '../../src/sandbox/engine'
import { RecordWriter } from '../../src/sandbox/records'
import { WordTable } from '../../src/sandbox/words'
import { serveSandboxes } from '../../src/sandbox-host/serve'
import type { MarketEvent } from '../../src/schema/events'
import { filled, Heard, orderOf, specOf, strategy } from '../hosts/hosts'
import { until } from '../until'

const engine = await loadEngine()

const trade = (price: string): MarketEvent => ({
  eventId: '',
  provider: 'sim',
  symbol: 'BTC-USDT',
  sequence: 0,
  timeMs: 0,
  type: 'Trade',
  payload: { tradeId: '1', side: 'Buy', price, quantity: '1', timestamp: 0 },
})

class Host {
  readonly said: FromHost[] = []
  /** Who was at work when something was compiled. */
  readonly compiling: number[] = []
  /** What was left to it when it gave up its rights, and how much had been compiled by then. */
  readonly confined: { readonly folder: string | undefined; readonly compiled: number }[] = []
  nowMs = 5000
  /** How long it takes to ask for the time of the day. */
  askMs = 0
  backlog = 0
  readonly room = Promise.withResolvers<void>()
  /** Who is at work. */
  running = 0
  readonly take: (message: ToHost) => void
  private readonly encoder
  private requests = 0

  constructor(saveEveryMs = 1_000_000_000) {
    const backlog = () => this.backlog
    const serve = serveSandboxes({
      build: 'this',
      engine: Promise.resolve(engine),
      compile: (engine, source) => {
        this.compiling.push(this.running)
        return compiling(engine, source)
      },
      now: () => {
        this.nowMs += this.askMs
        return 1000
      },
      clock: () => this.nowMs,
      cpu: () => this.nowMs,
      running: (number) => {
        this.running = number
      },
      confine: (folder) => {
        this.confined.push({ folder, compiled: this.compiling.length })
        return folder === '/gap' ? ['a part'] : []
      },
      gateway: {
        send: (message) => void this.said.push(message),
        get backlog() {
          return backlog()
        },
        taken: () => this.room.promise,
      },
    })
    this.take = (message: ToHost) => serve(message, frameOf(message))
    this.encoder = new HostEncoder((message) => this.take(message))
    const settings = { saveEveryMs, maxWaiting: 100, maxWaitingBytes: 1 << 20, mostRedoMs: 500 }
    this.take({ kind: 'hello', protocol: PROTOCOL_VERSION, build: 'this', settings })
  }

  static async ready(saveEveryMs?: number): Promise<Host> {
    const host = new Host(saveEveryMs)
    await host.heard('ready')
    host.said.length = 0
    return host
  }

  batch(...prices: string[]): void {
    const items = prices.map((price) => ({ event: trade(price), atMs: NEVER_OLD }))
    this.encoder.batch(items, this.nowMs)
  }

  /** As `batch`, with events that may get old. */
  live(...prices: string[]): void {
    this.encoder.batch(
      prices.map((price) => ({ event: trade(price), atMs: this.nowMs })),
      this.nowMs,
    )
  }

  report(number: number, price: string): void {
    const spec = specOf(`i${number}`, new Uint8Array(0))
    const placement = new Placement(number, spec, new Heard(spec.scope))
    const event = placement.eventsAt('sim').reported(filled(orderOf('o'), price))
    this.encoder.batch([{ placement, content: { event } }], this.nowMs)
  }

  async launch(
    number: number,
    body: string,
    kind: 'launch' | 'roll' = 'launch',
    change: Partial<LaunchSpec> = {},
  ): Promise<FromHost> {
    const compiled = compileStrategy(engine, new TextEncoder().encode(strategy(body)))
    if ('diagnostics' in compiled) throw new Error('the strategy is wrong')
    const spec = specOf(`i${number}`, compiled.program, change)
    const risk = { limits: {}, halts: {} }
    const id = ++this.requests
    const order = { number, spec, startMs: 0, tradingActive: true, risk, maxAgeMs: 1000, market: [] }
    this.take({ kind: 'request', id, request: { kind, launch: this.encoder.order(order) } })
    return this.answer(id)
  }

  ask(request: Request): Promise<FromHost> {
    const id = ++this.requests
    this.take({ kind: 'request', id, request })
    return this.answer(id)
  }

  kinds(): string[] {
    return this.said.splice(0).map(({ kind }) => kind)
  }

  heard(kind: FromHost['kind']): Promise<void> {
    return until(() => this.said.some((message) => message.kind === kind))
  }

  private async answer(id: number): Promise<FromHost> {
    const find = () => this.said.find((one) => (one.kind === 'answer' || one.kind === 'failure') && one.id === id)
    await until(() => find() !== undefined)
    return find()!
  }
}

test('it is ready once it is warm, and answers that it lives', async () => {
  const host = new Host()
  await host.heard('ready')
  expect(host.said).toEqual([
    { kind: 'hello', protocol: PROTOCOL_VERSION, build: 'this' },
    { kind: 'ready', engineHash: engine.hash },
  ])
  host.take({ kind: 'ping' })
  expect(host.said.slice(2)).toEqual([{ kind: 'pong' }])
})

test('it gives up its rights before it compiles or runs anything, but for one folder, and tells what it has kept', async () => {
  const source = new TextEncoder().encode(strategy('return {}'))
  const compile = { kind: 'compile', number: 33, source } as const
  const told = await Host.ready()
  told.take({ kind: 'ping' })
  expect(told.confined).toEqual([])
  told.take({ kind: 'confine', folder: '/gap' })
  await told.ask(compile)
  expect([told.confined, told.kinds()]).toEqual([[{ folder: '/gap', compiled: 0 }], ['pong', 'unconfined', 'answer']])
  expect(() => told.take({ kind: 'confine', folder: '/other' })).toThrow('the gateway says "confine" when that is done')
  const asked = await Host.ready()
  await asked.ask(compile)
  const recording = await Host.ready()
  await recording.ask({ kind: 'record', path: '/dev/null/none' })
  expect([asked.confined, recording.confined]).toEqual([
    [{ folder: undefined, compiled: 0 }],
    [{ folder: '/dev/null/none', compiled: 0 }],
  ])
})

test('what its strategies print leaves before the answer to what they print in', async () => {
  const host = await Host.ready()
  await host.launch(7, `helpers.log('born'); return {}`)
  expect(host.kinds()).toEqual(['logs', 'answer'])
  const failure = await host.launch(8, `helpers.log('born'); throw new Error('not viable')`)
  expect(failure).toMatchObject({ kind: 'failure', refusal: true, message: expect.stringContaining('not viable') })
  expect([host.kinds()[0], host.running]).toEqual(['logs', 0])
  expect(await host.ask({ kind: 'stop', number: 8 })).toMatchObject({
    refusal: true,
    message: 'the instance runs no more',
  })
})

test('what is compiled is at work meanwhile, and nobody is afterwards', async () => {
  const host = await Host.ready()
  const source = new TextEncoder().encode(strategy('return {}'))
  expect(await host.ask({ kind: 'compile', number: 33, source })).toHaveProperty('answer.metadata.name', 'probe')
  expect([host.compiling, host.running]).toEqual([[33], 0])
})

test('a batch is worked when all have handled it, or left behind for those that sleep until they wake or are stopped', async () => {
  const host = await Host.ready()
  await host.launch(1, `return { onTrade(ctx, evt, payload, price) { if (price === 2) helpers.sleep('1h') } }`)
  host.said.length = 0
  host.batch('1')
  await host.heard('worked')
  expect(host.said).toContainEqual({ kind: 'worked', behind: false })
  host.said.length = 0
  host.batch('2')
  await host.heard('worked')
  expect(host.said).toContainEqual({ kind: 'worked', behind: true })
  host.said.length = 0
  await host.ask({ kind: 'stop', number: 1 })
  await host.heard('caughtUp')
  // once, and before it the figures of whoever is gone
  host.batch()
  await host.heard('worked')
  const kinds = host.kinds()
  expect(kinds.filter((kind) => kind === 'caughtUp')).toHaveLength(1)
  expect(kinds.indexOf('counts')).toBeGreaterThanOrEqual(0)
  expect(kinds.indexOf('counts')).toBeLessThan(kinds.indexOf('answer'))
  expect(host.running).toBe(0)
})

test('figures are sent when they are a tenth of a second old', async () => {
  const host = await Host.ready()
  await host.launch(1, 'return { onTrade() {} }')
  const worked = async (price: string) => {
    host.said.length = 0
    host.batch(price)
    await host.heard('worked')
    return host.said.filter(({ kind }) => kind === 'counts')
  }
  host.nowMs = 6000
  expect(await worked('1')).toMatchObject([{ counts: [{ number: 1, events: 1 }] }])
  host.nowMs = 6100
  expect(await worked('2')).toMatchObject([{ counts: [{ number: 1, events: 2 }] }])
  // without anything that moves the clock they are sent all the same, a little later
  host.nowMs = 6199
  expect(await worked('3')).toEqual([])
  await host.heard('counts')
})

test.each([
  ['has taken all but 8 MiB', 8 << 20, 2],
  ['has more to take', (8 << 20) + 1, 1],
])('the gateway %s: between turns the next one waits for it, or not', async (_, backlog, turns) => {
  const host = await Host.ready()
  const body = `return { onTrade() { helpers.log('asks for the time'); runtime.submitMarketOrder('', 'buy', '1') } }`
  for (const number of [1, 2]) await host.launch(number, body)
  const ordered = () => host.said.filter(({ kind }) => kind === 'acts').length
  // longer than the host goes without listening
  Object.assign(host, { askMs: 50, backlog })
  host.batch('1')
  await until(() => ordered() === turns)
  // all that would go on by itself has gone on
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(ordered()).toBe(turns)
  host.room.resolve()
  await until(() => ordered() === 2)
})

const ASKS = `return { onTrade() { helpers.log('asks for the time') } }`

test.each([
  ['20 ms', 20, 20, false],
  ['more than 20 ms', 21, 21, true],
  ['20 ms, and then for as long as turns of others are known to take', 20, 10, true],
])('a batch that has taken %s is left behind, or not', async (_, firstMs, askMs, behind) => {
  const host = await Host.ready()
  for (const number of [1, 2]) await host.launch(number, ASKS)
  const worked = () => host.said.filter(({ kind }) => kind === 'worked')
  for (const ms of firstMs === askMs ? [askMs] : [firstMs, askMs]) {
    host.said.length = 0
    host.askMs = ms
    host.batch('1')
    await host.heard('worked')
  }
  expect(worked()).toEqual([{ kind: 'worked', behind }])
  if (behind) await host.heard('caughtUp')
})

test('a program takes over the budget of the one in whose place it is, as it is spent', async () => {
  const host = await Host.ready()
  await host.launch(1, ASKS, 'launch', { cpuBudget: 0.1 })
  host.askMs = 100_000
  host.batch('1')
  await host.heard('worked')
  host.askMs = 0
  await host.launch(1, ASKS, 'roll', { cpuBudget: 0.1 })
  host.said.length = 0
  host.batch('2')
  await host.heard('worked')
  expect(host.said).toContainEqual({ kind: 'worked', behind: true })
})

test('what was handled of a batch is counted when the rest of it is left out', async () => {
  const host = await Host.ready()
  await host.launch(1, ASKS, 'launch', { awaited: false, cpuBudget: 0.1 })
  host.askMs = 30
  host.live('1')
  await host.heard('worked')
  // a turn has room for one of them from now on
  host.nowMs += 1000
  host.said.length = 0
  host.live('2', '3', '4')
  await host.heard('worked')
  host.nowMs += 3000
  host.live('5')
  const counts = () => host.said.flatMap((message) => (message.kind === 'counts' ? message.counts : []))
  await until(() => counts().some(({ dropped }) => dropped > 0))
  expect(counts().find(({ dropped }) => dropped > 0)).toMatchObject({ events: 2, dropped: 2, conflated: 0 })
})

test('of two reports that are handled without a break the state of the later one is told last', async () => {
  const host = await Host.ready()
  const body = 'return { onOrderFilled(ctx, evt, payload) { helpers.state.last = payload.avgFillPrice } }'
  await host.launch(1, body)
  host.said.length = 0
  for (const price of ['5', '6']) host.report(1, price)
  await host.heard('worked')
  const own = host.said.flatMap((message) => (message.kind === 'handled' ? message.own : []))
  expect(own).toEqual([
    { number: 1, handled: 1, state: '{"last":"5"}' },
    { number: 1, handled: 2, state: '{"last":"6"}' },
  ])
})

test('states are saved in the turns of their instances, once', async () => {
  const host = await Host.ready(20)
  const body = 'return { onTrade(ctx, evt, payload, price) { helpers.state.last = price } }'
  for (const number of [19, 20, 21, 40]) await host.launch(number, body)
  host.batch('3')
  const saved = () => host.said.flatMap((message) => (message.kind === 'state' ? [message] : []))
  await until(() => saved().length === 4)
  expect(saved().map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => '{"last":3}'))
  // those of the twentieth turn one after the other
  const numbers = saved().map(({ number }) => number)
  expect(Math.abs(numbers.indexOf(20) - numbers.indexOf(40))).toBe(1)
})

test.each([
  ['999ms', undefined],
  ['1s', '{"noted":1}'],
])('what it has noted before it sleeps for %s is saved as it falls asleep: %p', async (sleep, state) => {
  const host = await Host.ready()
  await host.launch(1, `return { onTrade() { helpers.state.noted = 1; helpers.sleep('${sleep}') } }`)
  host.said.length = 0
  host.batch('1')
  await host.heard('worked')
  const acts = host.said.filter(({ kind }) => kind === 'acts')
  expect(acts).toEqual(state === undefined ? [] : [{ kind: 'acts', number: 1, first: 0, acts: [], handled: 0, state }])
  await host.ask({ kind: 'stop', number: 1 })
})

test('short sleeps of one event add up to a long one, and a state that is read begins anew', async () => {
  const host = await Host.ready()
  const body = `return { onTrade() {
    for (const n of [1, 2, 3, 4]) { helpers.state.noted = n; helpers.sleep(n === 4 ? '999ms' : '350ms') }
  } }`
  await host.launch(1, body)
  host.said.length = 0
  host.batch('1')
  await host.heard('acts')
  expect(host.said.find(({ kind }) => kind === 'acts')).toMatchObject({ state: '{"noted":3}' })
  await host.ask({ kind: 'stop', number: 1 })
})

test('an order leaves with the state in which it was made, and once', async () => {
  const host = await Host.ready()
  const body = `return { onTrade(ctx, evt, payload, price) {
    helpers.state.bought = price
    runtime.submitMarketOrder('', 'buy', '1')
    if (price === 2) helpers.sleep('1h')
  } }`
  await host.launch(1, body)
  for (const price of ['1', '2']) {
    host.said.length = 0
    host.batch(price)
    await host.heard('worked')
    const acts = host.said.filter(({ kind }) => kind === 'acts')
    expect(acts).toMatchObject([{ number: 1, acts: [{ kind: 'ordered' }], handled: 0, state: `{"bought":${price}}` }])
  }
  expect(await host.ask({ kind: 'stop', number: 1 })).toMatchObject({ answer: { state: '{"bought":2}' } })
})

test('an instance that fails is let go, its lines and figures first', async () => {
  const host = await Host.ready()
  await host.launch(5, `return { onTrade(ctx, evt, payload, price) { helpers.log('last words'); for (;;) ; } }`)
  host.said.length = 0
  host.batch('1')
  await host.heard('failed')
  const kinds = host.said.map(({ kind }) => kind)
  expect(kinds.slice(0, kinds.indexOf('failed') + 1)).toEqual(['logs', 'counts', 'failed'])
  expect(host.said.find(({ kind }) => kind === 'failed')).toMatchObject({ number: 5 })
  host.take({ kind: 'risk', number: 5, terms: { limits: {}, halts: {} } })
  expect(await host.ask({ kind: 'stop', number: 5 })).toMatchObject({ message: 'the instance runs no more' })
})

test.each<[string, ToHost, string]>([
  ['words cut off', { kind: 'words', records: Uint8Array.of(1, 2) }, 'a record is cut off'],
  ['words out of turn', { kind: 'words', records: wordsFrom(1) }, 'word 1 follows a table of 0'],
  ['a batch cut off', { kind: 'batch', atMs: 1, records: Uint8Array.of(1), own: [] }, 'a record is cut off'],
  [
    'a batch in words of no meaning',
    { kind: 'batch', atMs: 1, records: recordsOf('1'), own: [] },
    'a record names word',
  ],
])('%s: it is refused as a message is', async (_, message, reason) => {
  const host = await Host.ready()
  expect(() => host.take(message)).toThrow(ProtocolError)
  expect(() => host.take(message)).toThrow(reason)
  host.take({ kind: 'ping' })
  expect(host.kinds()).toContain('pong')
})

function wordsFrom(first: number): Uint8Array {
  const words = new WordTable()
  for (const text of ['a', 'b']) words.number(text)
  return words.from(first)
}

function recordsOf(price: string): Uint8Array {
  const writer = new RecordWriter()
  writer.event(trade(price))
  return writer.from().slice()
}
