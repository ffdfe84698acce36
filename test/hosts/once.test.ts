/** Who orders once in its life and notes that in its state orders once, whatever message its host is killed at. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../until'
import { built } from './built'
import { filled, type Heard, Hosts, scope } from './hosts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(240_000)

let home: string
let folder: string
let program: string[]
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'meltica-once-'))
  folder = join(home, 'lives')
  mkdirSync(folder)
  program = await built('mortal-host', home)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const ORDER = `runtime.submitMarketOrder('', 'buy', '1')`
const buys = (body: string) => `return {
  onTrade(ctx, evt, payload, price) {
    if (!helpers.state.bought) { ${body} }
    helpers.log(price)
  },
  onOrderFilled() {
    helpers.state.filled = (helpers.state.filled ?? 0) + 1
    ${ORDER.replace('buy', 'sell')}
    helpers.sleep('1ms')
    helpers.state.answered = true
  },
}`
const WAYS = {
  before: buys(`helpers.state.bought = true; ${ORDER}`),
  after: buys(`${ORDER}; helpers.state.bought = true`),
  asleep: buys(`helpers.state.bought = true; ${ORDER}; helpers.sleep('1ms')`),
  between: buys(`${ORDER}; helpers.state.bought = true; helpers.sleep('1ms'); helpers.state.slept = true`),
  twiceAsleep: buys(`helpers.sleep('1ms'); ${ORDER}; helpers.state.bought = true; helpers.sleep('1ms')`),
}
/** Messages of a host in a round, counted before and after each; few of them are left out. */
const STEPS = 36
const STRIDE = 3

test('before a sleep, after one, and in answer to a report', async () => {
  await using hosts = await Hosts.start({ command: [...program, folder], saveEveryMs: 60_000_000, heartbeatMs: 60_000 })
  const { pool } = hosts
  for (let step = 0; step < STEPS; step += STRIDE) {
    writeFileSync(join(folder, `${String(step).padStart(4, '0')}-${step}`), '')
    // the next one has its life from that file
    const { pid } = hosts
    process.kill(pid, 'SIGKILL')
    await until(() => hosts.pid !== 0 && hosts.pid !== pid)
    const all = new Map<string, Heard>()
    for (const [way, body] of Object.entries(WAYS)) {
      const id = `${way}${step}`
      const heard = await hosts.launch(id, body, { scope: [scope('sim', [`S${step}-USDT`])] })
      // told once, when it is bought, and again only when it was not told
      heard.onOrder = (order) => {
        if (order.side === 'buy') pool.report(id, 'sim', filled(order, '1'), 1)
      }
      all.set(id, heard)
    }
    for (let price = 1; [...all.values()].some((heard) => !isDone(heard)); price++) {
      hosts.publish(hosts.trade(`${price}`, { symbol: `S${step}-USDT` }))
      await Bun.sleep(1)
    }
    for (const [id, heard] of all) {
      const sides = heard.orders.map(({ side }) => side)
      expect([id, sides, heard.failures]).toEqual([id, ['buy', 'sell'], []])
      expect([id, JSON.parse((await pool.stop(id)).state)]).toMatchObject([id, { bought: true, filled: 1 }])
    }
  }
})

/** It has gone on with the market after it has answered its report. */
function isDone({ orders, lines, toldOf }: Heard): boolean {
  if (orders.length < 2 || toldOf.length === 0) return false
  return lines.some(({ message }) => Number(message) > 0)
}
