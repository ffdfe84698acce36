/** The gateway in this process: what it says of the machine's clock, and what a stop saves. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openGateway } from '../../src/cli/gateway'
import { loadSettings } from '../../src/config/settings'
import type { HostPool } from '../../src/hosts/pool'
import { startHosts } from '../runtime/house'
import { until } from '../until'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

let folder: string
let hosts: HostPool
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-gateway-'))
  hosts = await startHosts()
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

test('a jump of the clock of the machine is told, with how far; to save is to be asked for until the end, and after it', async () => {
  const clock = { ms: Date.UTC(2026, 0, 1) }
  const logged: [level: string, message: string, fields: unknown][] = []
  const [config, strategies, data] = ['meltica.yaml', 'strategies', 'data'].map((name) => join(folder, name))
  mkdirSync(strategies!)
  writeFileSync(config!, '')
  const settings = loadSettings({ listen: '127.0.0.1:0', config: config!, strategies: strategies!, data: data! }, {})
  const jumps = () => logged.filter(([, message]) => message.startsWith('the clock'))
  await using gateway = await openGateway(settings, {
    log: (level, message, fields) => void logged.push([level, message, fields]),
    now: () => clock.ms,
    elapsed: () => 0,
    stopping: new AbortController().signal,
    hosts,
    hostCount: { first: 1, most: 1 },
    backtestCommand: [],
  })
  expect(gateway.problems()).toEqual([])
  clock.ms -= 60_000
  await until(() => jumps().length === 1)
  clock.ms += 5000
  await until(() => jumps().length === 2)
  expect(jumps()).toEqual([
    ['warn', 'the clock of the machine was set back: events go on with later times', { jumpMs: -60_000 }],
    ['warn', 'the clock of the machine was set forward, or the machine was asleep', { jumpMs: 5000 }],
  ])
  expect(gateway.save()).toEqual([])
  await gateway[Symbol.asyncDispose]()
  // as the last words of a stop ask for it, whatever is closed by then
  expect(gateway.save()).toEqual([])
  expect(fetch(gateway.url)).rejects.toThrow()
})
