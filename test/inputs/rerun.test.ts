/**
 * Whatever a host has kept of an instance comes to the same again when it is read by somebody else: from its launch and from
 * any checkpoint, through sleeps, rolls, exceptions and deaths of its host.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Inputs } from '../../src/inputs/inputs'
import { type Archive, archiveIn } from '../../src/inputs/rerun/archived-run'
import { rerunOther } from '../../src/inputs/rerun/other'
import { rerun } from '../../src/inputs/rerun/rerun'
import type { Act, LogLine } from '../../src/protocol/reported'
import { loadEngine } from '../../src/sandbox/engine'
import { filled, type Heard, Hosts } from '../hosts/hosts'
import { until } from '../until'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

const EVENTS = 90
const folder = mkdtempSync(join(tmpdir(), 'meltica-rerun-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Decides by all that it saw, and what it saw of its accounts, where no state is kept. */
const hashing = (size: string) => `
  let hash = 7
  const note = (text) => { for (const c of String(text)) hash = (hash * 31 + c.charCodeAt(0)) | 0 }
  note(Math.random())
  return {
    onTrade(ctx, evt, payload, price) {
      note(price)
      if (hash % 3 === 0) note(runtime.submitMarketOrder('', hash % 2 ? 'buy' : 'sell', '${size}.' + (1 + Math.abs(hash) % 9)))
      if (hash % 5 === 0) helpers.log(hash, runtime.position().quantity, runtime.balance('USDT').total, Date.now())
      if (hash % 17 === 0) helpers.sleep(1)
      if (hash % 29 === 0) throw new Error('it is ' + hash)
    },
    onOrderFilled(ctx, evt, payload) {
      note(payload.clientOrderId + runtime.position().quantity)
      helpers.state.fills = (helpers.state.fills ?? 0) + 1
    },
  }`

let inputs: Inputs
let told: Map<string, Heard>
/** What the one runs that is never rolled. */
let program: Uint8Array
beforeAll(async () => {
  // a checkpoint of whoever has done anything
  await using hosts = await Hosts.start({ saveEveryMs: 20, mostRedoMs: 1 })
  hosts.pool.retain(3_600_000, 100 << 20)
  await hosts.pool.record(folder)
  told = new Map()
  program = (await hosts.spec('a', hashing('0'))).program
  for (const id of ['a', 'b']) {
    const heard = await hosts.launch(id, hashing('0'))
    let seq = 0
    heard.onOrder = (order) => hosts.pool.report(id, 'sim', filled(order, '100'), ++seq)
    told.set(id, heard)
  }
  for (let event = 0; event < EVENTS; event++) {
    if (event === EVENTS / 2) await hosts.pool.roll(await hosts.spec('b', hashing('1')))
    if (event === EVENTS / 3) process.kill(hosts.pid, 'SIGKILL')
    hosts.pool.publish([hosts.trade(String(100 + ((event * 7919) % 13)))], true)
    await hosts.pool.drained()
  }
  const isTold = ({ toldOf, orders }: Heard) => (toldOf.at(-1) ?? 0) === orders.length
  await until(() => [...told.values()].every(isTold))
  for (const id of told.keys()) await hosts.pool.stop(id)
  const engine = hosts.pool.compiler.engineHash
  inputs = new Inputs({ folder, build: 'test', ...hosts.pool.settings, engine: () => engine })
})

async function archive(id: string, fromMs?: number): Promise<Archive> {
  const pieces = await Array.fromAsync(await inputs.archive(id, fromMs === undefined ? {} : { fromMs }))
  return archiveIn(Buffer.concat(pieces))
}

/** What comes of it, as the gateway was told of it. @param program in place of the one that ran. */
async function again({ head, runs }: Archive, program?: Uint8Array) {
  const acts: Act[] = []
  const lines: LogLine[] = []
  const teller = {
    acted: (act: Act) => void acts.push(act),
    logged: (line: LogLine) => void lines.push(line),
    failed: () => undefined,
  }
  const deps = { engine: await loadEngine(), head, teller, clock: () => performance.now() }
  for (const run of runs) {
    if (program) {
      const other = { program, config: () => ({}), isTold: () => true, agrees: () => true }
      expect(await rerunOther(run, { ...deps, ...other })).toMatchObject({ isFresh: false })
    } else await rerun(run, deps)
  }
  return {
    orders: acts.flatMap((act) => (act.kind === 'ordered' ? [act.order] : [])),
    times: acts.map(({ timeMs }) => timeMs),
    lines: lines.map(({ timeMs: _, ...line }) => line),
  }
}

const heardOf = (id: string) => {
  const { orders, times, lines } = told.get(id)!
  return { orders, times, lines: lines.map(({ level, source, message }) => ({ level, source, message })) }
}

test.each(['a', 'b'])('from its launch on: %s', async (id) => {
  const found = await archive(id)
  expect(found.runs.map(({ begins }) => begins)).toEqual([undefined])
  expect(told.get(id)!.orders.length).toBeGreaterThan(10)
  expect(told.get(id)!.restarts).toEqual([])
  expect(await again(found)).toEqual(heardOf(id))
})

test('the same program in its own place does the same, from its launch and from whichever checkpoint there is', async () => {
  expect(await again(await archive('a'), program)).toEqual(heardOf('a'))
  for (let event = 1; event <= EVENTS; event += 9) {
    const found = await archive('a', Date.UTC(2026, 0, 1) + event)
    expect(await again(found, program)).toEqual(await again(found))
  }
})

test.each(['a', 'b'])('from whichever checkpoint there is: %s', async (id) => {
  const all = heardOf(id)
  const begun = new Set<number>()
  for (let event = 1; event <= EVENTS; event += 4) {
    const found = await archive(id, Date.UTC(2026, 0, 1) + event)
    const begins = found.runs[0]?.begins
    if (!begins || begun.has(begins.state.marketMs)) continue
    begun.add(begins.state.marketMs)
    const rest = await again(found)
    expect(rest).toEqual({
      orders: all.orders.slice(all.orders.length - rest.orders.length),
      times: all.times.slice(begins.state.acts),
      lines: all.lines.slice(begins.state.lines),
    })
  }
  expect(begun.size).toBeGreaterThan(0)
})
