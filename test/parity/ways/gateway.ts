/** A gateway: one of them runs all situations at once, each with a replay and an instance of its own, over HTTP. */
import { join } from 'node:path'
import type { ExecutionItem, LogItem, OrderItem } from '../../../src/schema/instance-records'
import type { Fill } from '../../../src/schema/orders'
import { BINARY, binaryIsOld } from '../../binary'
import { startGateway, type TestGateway } from '../../gateway'
import type { Paper, Recording, Situation } from '../situation'
import { END, STRATEGY } from '../strategy'
import { faultLine, placeOf, type Transcript, tradesOf, transcriptOf } from '../transcript'
import type { WayName } from './names'
import { rulesOf, type Way } from './way'

interface Setup {
  readonly hosts: number
  /** The speed of every replay. */
  readonly speed: number
  /** What runs it, in place of the sources. */
  readonly binary?: string
}

/** Calls under way at a time. */
const CALLERS = 8
const PAGE = 500
/** For the last lines of an instance whose recording is over. */
const PATIENCE_MS = 10_000

function way(name: WayName, setup: Setup, skips: Way['skips'] = () => undefined): Way {
  return {
    name,
    skips,
    async run(situations, source, revised) {
      if (situations.length === 0) return []
      const command = setup.binary
        ? [setup.binary]
        : [process.execPath, join(import.meta.dir, '../gateway-process.ts'), String(setup.hosts)]
      await using gateway = await startGateway({ command })
      return await runAll(gateway, situations, { source, revised, speed: setup.speed })
    },
  }
}

export const gateway = way('gateway', { hosts: 1, speed: 0 })
export const severalHosts = way('gateway, 3 hosts', { hosts: 3, speed: 0 })
export const speedy = way('gateway, speed 1000', { hosts: 1, speed: 1000 }, ({ other }) =>
  other ? 'nothing determines which of two providers is ahead when each keeps its own time' : undefined,
)

export const binary = way('gateway, binary', { hosts: 1, speed: 0, binary: BINARY }, ({ sampled }) =>
  sampled ? binaryIsOld() : 'the sampled ones tell whether the build has lost something',
)

/** An instance by its situation. Its names are unlike any other word, so that they can be found in texts. */
class Entry {
  readonly id: string
  readonly providers: readonly string[]

  constructor(
    readonly situation: Situation,
    index: number,
  ) {
    this.id = `situation${index}`
    this.providers = situation.other ? [`venue${index}a`, `venue${index}b`] : [`venue${index}a`]
  }

  get recordings(): readonly Recording[] {
    const { data, other } = this.situation
    return other ? [data, other] : [data]
  }
}

async function runAll(
  gateway: TestGateway,
  situations: readonly Situation[],
  { source, revised, speed }: { readonly source: string; readonly revised: string; readonly speed: number },
): Promise<Transcript[]> {
  const entries = situations.map((situation, i) => new Entry(situation, i))
  await gateway.upload(source, { tag: 'v1', aliases: ['rolling'] })
  const limited = entries.filter(({ situation }) => situation.limits)
  const instances = Object.fromEntries(limited.map(({ id, situation }) => [id, situation.limits]))
  if (limited.length > 0) await done(gateway.put('/risk/limits', { instances }))
  await each(entries, (entry) => launch(gateway, entry, speed))
  const transcripts = new Map<Entry, Transcript>()
  await each(
    entries.filter(({ situation }) => !situation.rolled),
    async (entry) => void transcripts.set(entry, await transcript(gateway, entry, 1)),
  )
  const rolled = entries.filter(({ situation }) => situation.rolled)
  for (const entry of rolled) await lines(gateway, entry, 1)
  if (rolled.length > 0) {
    await gateway.upload(revised, { tag: 'v2', promoteLatest: false })
    const { body } = await done(gateway.get(`/strategies/modules/${STRATEGY}:v2`))
    await done(gateway.put(`/strategies/modules/${STRATEGY}/tags/rolling`, { hash: body.hash, refresh: true }))
    await done(gateway.post('/strategies/refresh', { strategies: [STRATEGY] }))
    for (const entry of rolled) {
      await done(gateway.post(`/providers/${entry.providers[0]}/start`))
      transcripts.set(entry, await transcript(gateway, entry, 2))
    }
  }
  return entries.map((entry) => transcripts.get(entry)!)
}

async function launch(gateway: TestGateway, entry: Entry, speed: number): Promise<void> {
  const { id, situation, providers, recordings } = entry
  for (const [i, name] of providers.entries()) {
    const { file, text } = recordings[i]!
    await Bun.write(join(gateway.folder, 'data/replay', name, file), text)
    const rules = rulesOf(situation)
    if (rules !== undefined) await Bun.write(join(gateway.folder, 'data/replay', name, 'rules.json'), rules)
    const named = rules === undefined ? {} : { rules: `${name}/rules.json` }
    const made = situation.klines && { klines: situation.klines }
    const config = { file: `${name}/${file}`, ...named, ...made, speed, paper: paperOf(situation.paper ?? {}) }
    await done(gateway.post('/providers', { name, adapter: { identifier: 'replay', config } }))
  }
  const config = { dry_run: false, ...situation.config, situation: situation.name, events: situation.data.events }
  const scope = Object.fromEntries(providers.map((name, i) => [name, { symbols: recordings[i]!.symbols }]))
  const identifier = situation.rolled ? `${STRATEGY}:rolling` : `${STRATEGY}:v1`
  await done(gateway.post('/strategy/instances', { id, strategy: { identifier, config }, scope, autostart: true }))
}

/** @param passes how often the recording has been seen. */
async function transcript(gateway: TestGateway, entry: Entry, passes: number): Promise<Transcript> {
  const { id: owner, providers } = entry
  const told = await lines(gateway, entry, passes)
  const executions = await pages<ExecutionItem>(gateway, entry, 'executions')
  const journalled = await pages<OrderItem>(gateway, entry, 'orders')
  // those by which the venue closes positions are in the journal as well
  const orders = journalled.filter(({ clientOrderId }) => !clientOrderId.startsWith('liquidation-'))
  const trades = tradesOf(executions.map(fillOf), entry.situation.paper, entry.situation.instruments)
  return transcriptOf({ owner, providers, lines: told, trades, orders: orders.length, passes })
}

/** All of the log, oldest first, once the recording is over. */
async function lines(gateway: TestGateway, entry: Entry, passes: number): Promise<string[]> {
  for (const provider of entry.providers) {
    await gateway.until(`/providers/${provider}`, ({ body }) => ['finished', 'failed'].includes(body.status))
  }
  for (const deadline = performance.now() + PATIENCE_MS; ; await Bun.sleep(20)) {
    const items = await pages<LogItem>(gateway, entry, 'logs')
    const isWhole = items.filter(({ message }) => message === END).length >= passes
    if (isWhole || performance.now() > deadline) return items.flatMap(lineOf)
  }
}

/** A list of an instance, oldest first. */
async function pages<T>(gateway: TestGateway, { id }: Entry, list: string): Promise<T[]> {
  const items: T[] = []
  for (let before = ''; ; ) {
    const { body } = await done(gateway.get(`/strategy/instances/${id}/${list}?limit=${PAGE}${before}`))
    items.push(...body.items)
    if (body.next === undefined) return items.reverse()
    before = `&before=${body.next}`
  }
}

/** The strategy's lines, and those of its host that a backtest has as well. */
function lineOf({ message, source }: LogItem): string[] {
  if (source === 'strategy') return [message]
  // the result of a backtest says when
  if (message.startsWith('the account was liquidated')) return []
  // a gateway names the handler besides
  const fault = /^.* of parity\.js [a-z ]+?(?:: (.*?))?(?: at parity\.js:(\d+):(\d+))?$/.exec(message)
  if (!fault) return [message]
  const [, reason = '', row = 0, column = 0] = fault
  return [faultLine(placeOf(Number(row), Number(column)), reason)]
}

function fillOf({ symbol, side, price, quantity, fee, feeCurrency, liquidity, tradedAt }: ExecutionItem): Fill {
  const terms = { symbol, price, quantity, fee, feeCurrency, liquidity, timeMs: Date.parse(tradedAt) }
  return { ...terms, side: side === 'Buy' ? 'buy' : 'sell' }
}

const paperOf = ({ cash, ...paper }: Paper) => ({
  ...paper,
  ...(cash !== undefined && { cash: { [paper.account === 'inverse' ? 'BTC' : 'USDT']: cash } }),
})

async function done<T extends { status: number; text: string }>(call: Promise<T>): Promise<T> {
  const answer = await call
  if (answer.status >= 300) throw new Error(`the gateway answered ${answer.status}: ${answer.text}`)
  return answer
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items].reverse()
  const caller = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item)
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
}
