/**
 * Who runs in a host does not notice that it is killed, where what it is told is kept: variables, closures, sleeps, numbers of
 * orders and the lines of its log are those of an undisturbed run.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../../src/telemetry/log'
import { until } from '../until'
import { filled, type Heard, Hosts, type HostsOptions } from './hosts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

const EVENTS = 120
const folder = mkdtempSync(join(tmpdir(), 'meltica-durable-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Keeps a running hash of all that it sees where no state is kept, and orders by it; `dear` tells two of them apart. */
const hashing = (dear: string) => `
  let hash = 7
  const seen = []
  const note = (text) => { for (const c of String(text)) hash = (hash * 31 + c.charCodeAt(0)) | 0 }
  return {
    onTrade(ctx, evt, payload, price) {
      note(price)
      seen.push(price)
      if (hash % 3 === 0) note(runtime.submitMarketOrder('', hash % 2 ? 'buy' : 'sell', '${dear}.' + (1 + Math.abs(hash) % 9)))
      if (hash % 5 === 0) helpers.log(seen.length, hash, runtime.position().quantity, runtime.balance('USDT').total)
      if (hash % 17 === 0) helpers.sleep(1)
      if (hash % 29 === 0) throw new Error('it is ' + hash)
      note(Math.random())
      note(Date.now())
    },
    onOrderFilled(ctx, evt, payload) {
      note(payload.clientOrderId)
      note(runtime.position().quantity)
      helpers.state.fills = (helpers.state.fills ?? 0) + 1
    },
  }`

interface Run extends HostsOptions {
  readonly name: string
  /** Called before each event. */
  readonly disturb?: (hosts: Hosts, event: number) => void | Promise<void>
}

type Story = Pick<Heard, 'orders' | 'times' | 'restarts' | 'failures'> & {
  readonly state: string
  readonly lines: unknown
  readonly told: number | undefined
  readonly stats: unknown
}

/** What became of three instances, one of which was rolled on the way. */
async function story({ name, disturb, ...options }: Run): Promise<Story[]> {
  const wrong: string[] = []
  const log: Log = (level, message) => void (level === 'error' && wrong.push(message))
  await using hosts = await Hosts.start({ saveEveryMs: 20, log, ...options })
  let start = 0
  hosts.pool.startTime = () => ++start
  await hosts.pool.record(join(folder, name))
  const all: Heard[] = []
  for (const id of ['a', 'b', 'c']) {
    const heard = await hosts.launch(id, hashing('0'))
    let seq = 0
    heard.onOrder = (order) => hosts.pool.report(id, 'sim', filled(order, '100'), ++seq)
    all.push(heard)
  }
  for (let event = 0; event < EVENTS; event++) {
    await disturb?.(hosts, event)
    if (event === EVENTS / 2) {
      hosts.pool.startTime = () => 7
      await hosts.pool.roll(await hosts.spec('b', hashing('1')))
    }
    hosts.pool.publish([hosts.trade(String(100 + ((event * 7919) % 13)))], true)
    await hosts.pool.drained()
  }
  await until(() => all.every(({ toldOf, orders }) => (toldOf.at(-1) ?? 0) === orders.length))
  expect(wrong).toEqual([])
  const stories = []
  for (const [index, id] of ['a', 'b', 'c'].entries()) {
    const { orders, times, lines, toldOf, restarts, failures } = all[index]!
    const { state, stats } = await hosts.pool.stop(id)
    stories.push({
      orders,
      times,
      restarts,
      failures,
      state,
      lines: lines.map(({ timeMs: _, ...line }) => line),
      told: toldOf.at(-1),
      stats: { ...stats, cpuMs: 0 },
    })
  }
  return stories
}

describe('killed again and again, it is as if nothing had been', () => {
  let undisturbed: Story[]
  beforeAll(async () => {
    undisturbed = await story({ name: 'undisturbed' })
  })

  test('who is not disturbed orders, logs and fails', () => {
    expect(undisturbed.map(({ restarts, failures, told }) => [restarts, failures, Number(told) > 0])).toEqual(
      Array.from({ length: 3 }, () => [[], [], true]),
    )
  })

  test.each([
    ['done again from the beginning', 1_000_000],
    ['done again from checkpoints', 1],
  ])('%s', async (name, mostRedoMs) => {
    let deaths = 0
    const random = randomOf(mostRedoMs)
    const disturbed = await story({
      name,
      mostRedoMs,
      async disturb(hosts, event) {
        // the roll among them
        if (event % 20 !== 0 || event === 0) return
        await until(() => hosts.pid !== 0)
        const { pid } = hosts
        // at work, most of the time
        setTimeout(() => process.kill(pid, 'SIGKILL'), random() * 4)
        deaths++
      },
    })
    expect(deaths).toBe(5)
    expect(disturbed).toEqual(undisturbed)
    const checkpoints = readdirSync(join(folder, name, '0')).filter((file) => file.includes('.checkpoint'))
    const numbers = checkpoints.map((file) => Number.parseInt(file, 10))
    // a gateway that writes nothing down may want any of them
    expect(numbers.filter((one) => numbers.filter((other) => other === one).length > 4)).toEqual([])
    expect(checkpoints.length > 0).toBe(mostRedoMs === 1)
  })
})

const COUNT = `let seen = 0
return { onTrade(ctx, evt, payload, price) {
  seen++
  helpers.state.seen = (helpers.state.seen ?? 0) + 1
  helpers.log(seen, helpers.state.seen)
} }`

/** Kills the host of an instance that has handled two events. */
async function afterDeath(name: string, harm: (log: string) => void, again: (heard: Heard) => boolean): Promise<Heard> {
  await using hosts = await Hosts.start({ saveEveryMs: 5 })
  await hosts.pool.record(join(folder, name))
  const heard = await hosts.launch('one', COUNT)
  hosts.pool.publish([hosts.trade('1'), hosts.trade('2')], true)
  await heard.until(({ states }) => states.at(-1) === '{"seen":2}')
  const { pid } = hosts
  process.kill(pid, 'SIGSTOP')
  harm(join(folder, name, '0', '0000000000.log'))
  process.kill(pid, 'SIGKILL')
  await until(() => hosts.pid !== 0 && hosts.pid !== pid && again(heard))
  hosts.pool.publish([hosts.trade('3')], true)
  await heard.until(({ printed }) => printed.length === 3)
  return heard
}

test('a log whose end is torn is as good as one without that end', async () => {
  const tear = (log: string) => writeFileSync(log, Uint8Array.of(200, 0, 0, 0, 1), { flag: 'a' })
  const heard = await afterDeath('torn', tear, () => true)
  expect([heard.restarts, heard.printed.at(-1)]).toEqual([[], '3 3'])
})

function flip(log: string, part: number): void {
  const bytes = readFileSync(log)
  bytes[Math.floor(bytes.length * part)]! ^= 1
  writeFileSync(log, bytes)
}

test.each([
  ['is gone', (log: string) => rmSync(log)],
  ['is empty', (log: string) => truncateSync(log)],
  ['has a flipped bit', (log: string) => flip(log, 0.3)],
  ['has a flipped bit in its second half', (log: string) => flip(log, 0.7)],
  ['has lost its second half', (log: string) => truncateSync(log, readFileSync(log).length / 2)],
])('of a log that %s nobody can go on: it runs again from its last saved state, and is told so', async (name, harm) => {
  const heard = await afterDeath(name, harm, ({ restarts }) => restarts.length > 0)
  expect([heard.restarts, heard.printed.at(-1)]).toEqual([['it was killed by SIGKILL'], '1 3'])
})

test('of whom the log knows no beginning nobody can go on, and it is told so', async () => {
  await using hosts = await Hosts.start({ saveEveryMs: 5 })
  const sleeps =
    'return { onTrade(ctx, evt, payload, price) { helpers.log(price); if (price === 1) helpers.sleep(600_000) } }'
  const heard = await hosts.launch('late', sleeps)
  hosts.pool.publish([hosts.trade('1')], true)
  await heard.until(({ printed }) => printed.length === 1)
  // asleep it can have no checkpoint
  await hosts.pool.record(join(folder, 'late'))
  await hosts.pool.roll(await hosts.spec('late', `helpers.log('rolled'); ${sleeps}`))
  process.kill(hosts.pid, 'SIGKILL')
  await heard.until(({ restarts }) => restarts.length === 1)
  hosts.pool.publish([hosts.trade('2')], true)
  await heard.until(({ printed }) => printed.at(-1) === '2')
  expect(heard.printed).toEqual(['1', 'rolled', 'rolled', '2'])
})

/** Numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}
