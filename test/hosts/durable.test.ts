/**
 * Who runs in a host does not notice that it is killed, where what it is told is kept: variables, closures, sleeps, numbers of orders and the
 * lines of its log are those of an undisturbed run.
 */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../until'
import { filled, type Heard, Hosts } from './hosts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

const EVENTS = 200
const DEATHS = 12

const folder = mkdtempSync(join(tmpdir(), 'meltica-durable-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Keeps a running hash of all that it sees where no state is kept, and orders by it. */
const HASHING = `
  let hash = 7
  const seen = []
  const note = (text) => { for (const c of String(text)) hash = (hash * 31 + c.charCodeAt(0)) | 0 }
  return {
    onTrade(ctx, evt, payload, price) {
      note(price)
      seen.push(price)
      if (hash % 3 === 0) note(runtime.submitMarketOrder('', hash % 2 ? 'buy' : 'sell', '0.' + (1 + Math.abs(hash) % 9)))
      if (hash % 5 === 0) helpers.log(seen.length, hash, runtime.position().quantity, runtime.balance('USDT').total)
      if (hash % 17 === 0) helpers.sleep(1)
      if (hash % 29 === 0) throw new Error('it is ' + hash)
      note(Math.random())
    },
    onOrderFilled(ctx, evt, payload) { note(payload.clientOrderId); note(runtime.position().quantity); helpers.state.fills = (helpers.state.fills ?? 0) + 1 },
  }`

interface Story {
  readonly orders: unknown
  readonly lines: unknown
  readonly state: string | undefined
  readonly told: unknown
  readonly stats: unknown
}

/** @param disturb is called before each event. */
async function run(
  events: number,
  name: string,
  disturb: (hosts: Hosts, event: number) => void | Promise<void>,
): Promise<Story[]> {
  await using hosts = await Hosts.start({
    saveEveryMs: 20,
    mostRedoMs: 1,

  })
  let start = 0
  hosts.pool.startTime = () => ++start
  await hosts.pool.record(join(folder, name))
  const all: Heard[] = []
  for (const id of ['a', 'b', 'c']) {
    const heard = await hosts.launch(id, HASHING)
    let seq = 0
    heard.onOrder = (order) => hosts.pool.report(id, 'sim', filled(order, '100'), ++seq)
    all.push(heard)
  }
  for (let event = 0; event < events; event++) {
    await disturb(hosts, event)
    hosts.pool.publish([hosts.trade(String(100 + ((event * 7919) % 13)))], true)
    await hosts.pool.drained()
  }
  await hosts.pool.drained()
  await until(() => all.every((heard) => (heard.toldOf.at(-1) ?? 0) === heard.orders.length))
  const stories = []
  for (const [index, id] of ['a', 'b', 'c'].entries()) {
    const { orders, times, lines, toldOf, restarts, failures } = all[index]!
    expect([restarts, failures]).toEqual([[], []])
    const { state, stats } = await hosts.pool.stop(id)
    stories.push({
      orders,
      times,
      lines: lines.map(({ timeMs: _, ...line }) => line),
      told: toldOf.at(-1),
      state,
      stats: { ...stats, cpuMs: 0 },
    })
  }
  return stories
}

test('killed again and again, it is as if nothing had been', async () => {
  const undisturbed = await run(EVENTS, 'undisturbed', () => undefined)
  expect(undisturbed[0]!.orders).not.toEqual([])
  let deaths = 0
  const random = randomOf(5)
  const disturbed = await run(EVENTS, 'disturbed', async (hosts) => {
    if (deaths === DEATHS || random() > 0.2) return
    await until(() => hosts.pid !== 0)
    const { pid } = hosts
    // at work, most of the time
    setTimeout(() => process.kill(pid, 'SIGKILL'), random() * 4)
    deaths++
  })
  expect(deaths).toBe(DEATHS)
  expect(disturbed).toEqual(undisturbed)
})

/** Numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}
