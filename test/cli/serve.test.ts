/** `meltica serve`: how it starts, how it refuses to, how it stops, and what runs again. */
import { Database } from 'bun:sqlite'
import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { launchGateway, startGateway, strategySource } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-serve-'))
  folders.push(folder)
  return folder
}

/** Starts one that must refuse, and answers what it said. */
async function refused(options: Parameters<typeof launchGateway>[0]) {
  await using gateway = launchGateway({ folder: temporary(), ...options })
  const status = await gateway.exited()
  return { status, stdout: gateway.stdout, stderr: gateway.stderr }
}

test('it says where it listens on standard output, then where to look; logs go to standard error', async () => {
  await using gateway = await startGateway()
  await gateway.upload(strategySource())
  const lines = gateway.stdout.trimEnd().split('\n')
  expect(lines[0]).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+$/)
  expect(lines.slice(1).map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['Swagger UI', `${gateway.url}/docs`],
    ['metrics', `${gateway.url}/metrics`],
    ['catalogue', `${gateway.url}/strategies/modules`],
  ])
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} stops it cleanly, with what runs`, async () => {
    await using gateway = await startGateway({ folder: await withTrader(), config: DEMO })
    expect((await gateway.get('/strategy/instances/demo')).body.state).toBe('running')
    expect(await gateway.stop(signal)).toBe(0)
  })
}

const DEMO = `
providers:
  - { name: sim, adapter: { identifier: sim, config: { intervalMs: 20 } } }
lambdaManifest:
  lambdas:
    - id: demo
      strategy: { identifier: trader, config: { dry_run: false } }
      scope: { sim: { symbols: [BTC-USDT] } }
      autostart: true
`
const PROVIDERS =
  'providers:\n  - { name: tape, adapter: { identifier: replay, config: { file: tape.csv, symbol: BTC-USDT } } }'
const trader = strategySource(
  { name: 'trader', events: ['Trade', 'ExecReport'] },
  `onTrade() { env.runtime.submitMarketOrder('', 'buy', 0.001) }`,
)

/** A folder whose strategy home holds the trader. */
async function withTrader(): Promise<string> {
  const folder = temporary()
  mkdirSync(join(folder, 'strategies'))
  await Bun.write(join(folder, 'strategies', 'trader.js'), trader)
  return folder
}

test('Ctrl-C tells where it was, what was stopped, and what will run again', async () => {
  await using gateway = await startGateway({ folder: await withTrader(), config: DEMO })
  await gateway.post('/providers', { name: 'other', adapter: { identifier: 'sim' }, enabled: false })
  expect(await gateway.stop('SIGINT')).toBe(0)
  const { url } = gateway
  expect(gateway.stdout.slice(gateway.stdout.indexOf('stopped ')).split('\n')).toEqual([
    `stopped ${url}`,
    `  Swagger UI  ${url}/docs`,
    `  metrics     ${url}/metrics`,
    `  catalogue   ${url}/strategies/modules`,
    `  demo        ${url}/strategy/instances/demo/executions`,
    '  instances   demo stopped',
    '  providers   sim stopped',
    '  next start  demo, sim will run again',
    '',
  ])
})

describe('what the configuration names', () => {
  test('is created when absent, trades, and runs again after a restart, with what it earned', async () => {
    const folder = await withTrader()
    const executions = '/strategy/instances/demo/executions'
    let total: number
    {
      await using gateway = await startGateway({ folder, config: DEMO })
      total = (await gateway.until(executions, ({ body }) => body.total >= 2)).body.total
      expect(gateway.stdout).toContain(`${gateway.url}${executions}`)
      expect(await gateway.stop('SIGINT')).toBe(0)
    }
    await using again = await startGateway({ folder, config: DEMO })
    expect((await again.get('/strategy/instances')).body.total).toBe(1)
    await again.until(executions, ({ body }) => body.total > total)
  })

  test('runs again after a kill -9', async () => {
    const folder = await withTrader()
    {
      await using gateway = await startGateway({ folder, config: DEMO })
      await gateway.until('/strategy/instances/demo/executions', ({ body }) => body.total >= 1)
      await gateway.stop('SIGKILL')
    }
    await using again = await startGateway({ folder, config: DEMO })
    expect((await again.get('/strategy/instances/demo')).body).toMatchObject({ running: true, state: 'running' })
  })

  test('is never changed behind the API’s back', async () => {
    const folder = await withTrader()
    {
      await using gateway = await startGateway({ folder, config: DEMO })
      await gateway.post('/strategy/instances/demo/stop')
    }
    await using again = await startGateway({ folder, config: DEMO.replace('0.001', '0.5') })
    expect((await again.get('/strategy/instances/demo')).body.running).toBe(false)
  })

  test('shows a recording that vanished since in readiness, the banner and the log, and the rest goes on', async () => {
    const folder = await withTrader()
    const tape = join(folder, 'data/replay/tape.csv')
    mkdirSync(dirname(tape), { recursive: true })
    writeFileSync(tape, 'timestamp,price,quantity,side\n1700000000000,100,1,buy\n1700086400000,100,1,buy\n')
    const config = `${DEMO.replace('providers:', PROVIDERS)}    - id: late
      strategy: { identifier: trader }
      scope: { tape: { symbols: [BTC-USDT] } }
      autostart: true
`
    {
      await using gateway = await startGateway({ folder, config })
      expect((await gateway.get('/readyz')).body).toEqual({ status: 'ready', problems: [] })
      expect(gateway.stdout).not.toContain('problem')
    }
    rmSync(tape)
    await using again = await startGateway({ folder, config })
    const message = `provider tape failed: the recording cannot be replayed: ${tape} does not exist; put the file into data/replay and give its path from there, or name its folder as replay.directory in the configuration`
    const hint = 'put right what it says, then POST /providers/tape/start'
    expect((await again.get('/readyz')).body).toEqual({
      status: 'ready',
      problems: [{ provider: 'tape', message, hint }],
    })
    expect(again.stdout).toContain(`  problem     ${message}; ${hint}\n`)
    expect(again.stderr).toContain(message.slice('provider tape failed: '.length))
    expect((await again.get('/strategy/instances/demo')).body.state).toBe('running')
  })

  test('and cannot be created is told in readiness, the banner and the log, and the rest goes on', async () => {
    const folder = await withTrader()
    {
      await using gateway = await startGateway({ folder, config: DEMO })
      await gateway.post('/providers', { name: 'old', adapter: { identifier: 'sim' } })
    }
    {
      // as of a build that had another adapter
      using database = new Database(join(folder, 'data/meltica.db'), { readwrite: true })
      database.run("UPDATE providers SET adapter = 'former' WHERE name = 'old'")
    }
    const config = `${DEMO}    - id: late
      strategy: { identifier: trader }
      scope: { old: { symbols: [BTC-USDT] } }
`
    await using again = await startGateway({ folder, config })
    const why = 'no adapter "former"; there are sim, replay'
    const message = `the configuration's instance late was not created: the provider "old" could not be made: ${why}`
    const { status, problems } = (await again.get('/readyz')).body
    expect(status).toBe('ready')
    expect(problems).toEqual([
      expect.objectContaining({ provider: 'old', message: `provider old failed: ${why}` }),
      { instance: 'late', message, hint: expect.stringMatching(/.; the next start tries again$/) },
    ])
    expect(again.stdout).toContain(`  problem     ${message}; ${problems[1].hint}\n`)
    expect(again.stderr).toContain(JSON.stringify(message).slice(1, -1))
    expect((await again.get('/strategy/instances/demo')).body.state).toBe('running')
    expect((await again.get('/strategy/instances/late')).status).toBe(404)
  })

  test('and was removed since is not linked to when it is there no more', async () => {
    const folder = await withTrader()
    const links = (stdout: string) => stdout.match(/http:\S+/g) ?? []
    await using gateway = await startGateway({ folder, config: DEMO })
    expect(links(gateway.stdout)).toHaveLength(5)
    for (const link of links(gateway.stdout)) expect((await fetch(link)).status).toBe(200)
    expect((await gateway.delete('/strategy/instances/demo')).status).toBe(200)
    await gateway.stop('SIGINT')
    expect(gateway.stdout).toContain(`\nstopped ${gateway.url}\n`)
    expect(links(gateway.stdout).filter((link) => link.includes('/instances/demo'))).toHaveLength(1)
  })
})

describe('it refuses to start, says why and what to do, and changes nothing', () => {
  test('on a port in use', async () => {
    await using gateway = await startGateway()
    const folder = temporary()
    const { status, stdout, stderr } = await refused({ folder, args: ['--listen', new URL(gateway.url).host] })
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: another program listens on .*\nhint: .*--listen/m)
    expect(readdirSync(join(folder, 'strategies'))).toEqual([])
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })

  test('on a strategy home that another gateway uses', async () => {
    await using gateway = await startGateway()
    const { status, stderr } = await refused({ args: ['--strategies', gateway.home] })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^error: .*\nhint: .*--strategies/m)
    expect((await gateway.get('/readyz')).status).toBe(200)
  })

  test('on a strategy home that cannot be one', async () => {
    const folder = temporary()
    writeFileSync(join(folder, 'file'), 'x')
    const { status, stderr } = await refused({ folder, args: ['--strategies', 'file'] })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^error: .*\nhint: check that the folder exists and may be written/m)
  })

  test('on a strategy home that cannot be written', async () => {
    // a place where not even root can make a folder
    const { status, stderr } = await refused({ args: ['--strategies', '/proc/strategies'] })
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: .*\nhint: check that the folder/m)])
  })

  test('with a broken configuration', async () => {
    const { status, stderr } = await refused({ config: 'listen: 5\nfoo: 1\n' })
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /^error: meltica\.yaml:1:9: listen must be a string\n {2}meltica\.yaml:2:1: foo is unknown\nhint: /,
    )
  })

  test('on an address that other machines reach', async () => {
    const { status, stderr } = await refused({ args: ['--listen', '0.0.0.0:0'] })
    expect([status, stderr]).toEqual([1, expect.stringContaining('tokens')])
  })

  test('and its refusals carry no stack', async () => {
    expect((await refused({ args: ['--config', 'none.yaml'] })).stderr).not.toMatch(/\n\s+at /)
  })
})

describe('wrong usage exits with 2', () => {
  for (const args of [['--lisen', 'x'], ['surplus'], ['--listen']]) {
    test(args.join(' '), async () => {
      const { status, stderr } = await refused({ args })
      expect([status, stderr.startsWith('error: ')]).toEqual([2, true])
    })
  }
})
