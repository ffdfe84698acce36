/** A configuration that cannot be carried out stops the start before anything is opened, with every problem and its place. */
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROGRAM } from '../binary'
import { launchGateway, startGateway, strategySource } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A strategy home that holds one file, which no registry knows yet. */
function home(source = PACER): string {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-configuration-'))
  folders.push(folder)
  mkdirSync(join(folder, 'strategies'))
  writeFileSync(join(folder, 'strategies/pacer.js'), source)
  return folder
}

const PACER = strategySource({
  name: 'pacer',
  config: [
    { name: 'speed', type: 'int', default: 1 },
    { name: 'unit', type: 'string', required: true },
  ],
})

/** What is said of it, each line without the hint; what lies in the folder then. */
async function refused(folder: string, config: string) {
  await using gateway = launchGateway({ folder, config })
  const status = await gateway.exited()
  const [message = '', hint = ''] = gateway.stderr.split('\nhint: ')
  expect([status, gateway.stdout]).toEqual([1, ''])
  expect(hint.trim()).toBe('correct what the message names; meltica help serve lists the settings')
  expect(readdirSync(folder).sort()).toEqual(['meltica.yaml', 'strategies'])
  expect(readdirSync(join(folder, 'strategies'))).toEqual(['pacer.js'])
  return message.replace(/^error: /, '').split('\n  ')
}

test('every problem of every provider and instance is told with its place', async () => {
  const folder = home()
  const config = `providers:
  - name: sim
    adapter: { identifier: sim, config: { sped: 2, seed: many, paper: { leverage: x } } }
  - { name: nyse, adapter: { identifier: nyse } }
  - { name: "a b", adapter: { identifier: sim } }
  - { name: tape, adapter: { identifier: replay, config: { file: gone.csv } } }
  - { name: sound, adapter: { identifier: sim } }
lambdaManifest:
  lambdas:
    - id: one
      strategy: { identifier: runner }
      scope:
        nowhere: { symbols: [BTC-USDT] }
        sound: { symbols: [BTC] }
    - id: "../two"
      strategy:
        identifier: pacer:v1.0.0
        config:
          speed: fast
          pace: 1
      scope: { sim: { symbols: [BTC-USDT] } }
    - { id: three, strategy: { identifier: "pacer:v9" , config: { unit: s } }, scope: { sound: { symbols: [BTC-USDT] } } }
`
  expect(await refused(folder, config)).toEqual([
    'meltica.yaml:3:49: providers[0].adapter.config.sped: is no setting; there are seed, intervalMs, volatility, startPrice, klineMs, klines, speed, maxEvents, paper',
    'meltica.yaml:3:58: providers[0].adapter.config.seed: must be a number',
    'meltica.yaml:3:83: providers[0].adapter.config.paper.leverage: must be a decimal number above zero',
    'meltica.yaml:4:42: providers[1].adapter.identifier: no adapter "nyse"; there are sim, replay',
    'meltica.yaml:5:13: providers[2].name: "a b" is not a provider name',
    `meltica.yaml:6:66: providers[3].adapter.config.file: ${folder}/data/replay/gone.csv does not exist`,
    'meltica.yaml:11:31: lambdaManifest.lambdas[0].strategy.identifier: strategy "runner" not found',
    'meltica.yaml:13:9: lambdaManifest.lambdas[0].scope.nowhere: no provider "nowhere"; there are sim, nyse, a b, tape, sound',
    'meltica.yaml:14:9: lambdaManifest.lambdas[0].scope.sound: the simulator cannot serve "BTC"; write it as BTC-USDT',
    'meltica.yaml:15:11: lambdaManifest.lambdas[1].id: "../two" is no instance id',
    'meltica.yaml:19:11: lambdaManifest.lambdas[1].strategy.config.unit: "unit" is required: a string',
    'meltica.yaml:19:18: lambdaManifest.lambdas[1].strategy.config.speed: "speed" must be a whole number, not "fast"',
    'meltica.yaml:20:17: lambdaManifest.lambdas[1].strategy.config.pace: "pace" is no field of the strategy',
    'meltica.yaml:22:44: lambdaManifest.lambdas[2].strategy.identifier: tag "v9" not found for strategy "pacer"',
  ])
})

test('what is there twice, and what can never be, is told with its place', async () => {
  const twice = `providers:
  - { name: sim, adapter: { identifier: sim } }
  - { name: sim, adapter: { identifier: sim } }
listen: here
cors: [ "https://ui.example.org", "https://ui.example.org/", "ui.example.org", "*" ]
`
  expect(await refused(home(), twice)).toEqual([
    'meltica.yaml:3:13: providers[1].name "sim" is there twice',
    'meltica.yaml:4:9: listen "here" is not host:port, as 127.0.0.1:8880',
    'meltica.yaml:5:35: cors[1] must be * or an origin as https://console.example.org, not "https://ui.example.org/"',
    'meltica.yaml:5:62: cors[2] must be * or an origin as https://console.example.org, not "ui.example.org"',
  ])
})

test('a file that does not compile is no strategy, which is told where it is asked for', async () => {
  const config = `lambdaManifest:
  lambdas:
    - { id: one, strategy: { identifier: pacer }, scope: { sim: { symbols: [BTC-USDT] } } }
providers: [ { name: sim, adapter: { identifier: sim } } ]
`
  const [first] = await refused(home('module.exports = {'), config)
  expect(first).toBe('meltica.yaml:3:42: lambdaManifest.lambdas[0].strategy.identifier: strategy "pacer" not found')
})

const RUNS = `providers: [ { name: sim, adapter: { identifier: sim } } ]
lambdaManifest:
  lambdas:
    - { id: one, strategy: { identifier: pacer, config: { unit: s } }, scope: { sim: { symbols: [BTC-USDT] } } }
`

test('an instance that is there already stops no start, whatever became of its strategy', async () => {
  const folder = home()
  {
    await using gateway = await startGateway({ folder, config: RUNS })
    const next = strategySource({ name: 'pacer', tag: 'v2.0.0' })
    await gateway.upload(next)
    expect((await gateway.get('/strategies/modules/pacer')).body.tag).toBe('v2.0.0')
  }
  await using again = await startGateway({ folder, config: RUNS })
  expect((await again.get('/strategy/instances/one')).body.strategy.tag).toBe('v1.0.0')
})

test('an instance may name a provider that was created through the API', async () => {
  const folder = home()
  {
    await using gateway = await startGateway({ folder })
    expect((await gateway.post('/providers', { name: 'sim', adapter: { identifier: 'sim' } })).status).toBe(202)
  }
  await using again = await startGateway({ folder, config: RUNS.slice(RUNS.indexOf('\n') + 1) })
  expect((await again.get('/strategy/instances/one')).body.state).toBe('created')
})

test('the configuration may come from standard input', async () => {
  const folder = home()
  const child = Bun.spawn([...PROGRAM, 'serve', '--config', '-'], {
    cwd: folder,
    stdin: Buffer.from('listen: here\n'),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  expect(await new Response(child.stderr).text()).toStartWith(
    'error: standard input:1:9: listen "here" is not host:port',
  )
  expect(await child.exited).toBe(1)
  expect(existsSync(join(folder, 'data'))).toBe(false)
})
