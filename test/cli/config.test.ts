/** `meltica config`: what a start would refuse, told without a start; what is in effect, and who says so. */
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigFile, IGNORED } from '../../src/config/file-schema'
import { startGateway, strategySource } from '../gateway'
import { selfSigned } from '../http/certificates'
import { meltica } from './meltica'

setDefaultTimeout(30_000)

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function folderWith(config: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-config-'))
  folders.push(folder)
  writeFileSync(join(folder, 'meltica.yaml'), config)
  return folder
}

/** Every file below, with what would show that it was written. */
const everything = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => `${path} ${statSync(join(folder, path), { bigint: true }).mtimeNs}`)

const WRONG = `tokens: gone.yaml
tls: { certificate: own.pem, key: other.pem }
providers:
  - { name: sim, adapter: { identifier: sim, config: { sped: 2 } } }
lambdaManifest:
  lambdas:
    - { id: one, strategy: { identifier: runner }, scope: { sim: { symbols: [BTC-USDT] } } }
`

test('check says all that is wrong at once, each with its place, and touches nothing', async () => {
  const folder = folderWith(WRONG)
  writeFileSync(join(folder, 'own.pem'), selfSigned().certificate)
  writeFileSync(join(folder, 'other.pem'), selfSigned().key)
  const before = everything(folder)
  const { status, stdout, stderr } = await meltica(folder, 'config', 'check')
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr.split('\n')).toEqual([
    'error: meltica.yaml:1:9: tokens: the file of tokens gone.yaml cannot be read: there is no such file or folder',
    '  meltica.yaml:2:21: tls.certificate: tls: the key in other.pem is not that of own.pem',
    '  meltica.yaml:4:62: providers[0].adapter.config.sped: is no setting; there are seed, intervalMs, volatility, startPrice, klineMs, klines, speed, maxEvents, paper',
    '  meltica.yaml:7:42: lambdaManifest.lambdas[0].strategy.identifier: strategy "runner" not found',
    'hint: correct what the message names; meltica help serve lists the settings',
    '',
  ])
  expect(everything(folder)).toEqual(before)
})

test('check judges flags and variables as well, and names them', async () => {
  const folder = folderWith('listen: 0.0.0.0:8880\n')
  const open = await meltica(folder, 'config', 'check')
  expect(open.stderr).toStartWith('error: meltica.yaml:1:9: listen: will not listen on 0.0.0.0:8880: other machines')
  const half = await meltica({ cwd: folder, env: { MELTICA_TLS_KEY: 'k' } }, 'config', 'check', '--listen', ':1')
  expect(half.stderr).toStartWith('error: --listen: will not listen on :1: other machines')
  expect(half.stderr).toContain('\n  MELTICA_TLS_KEY: a certificate (--tls-cert) and its key')
  const none = await meltica(folder, 'config', 'check', 'gone.yaml')
  expect([none.status, none.stderr]).toEqual([
    1,
    'error: the configuration gone.yaml cannot be read: there is no such file or folder\nhint: check the path\n',
  ])
  expect((await meltica(folder, 'config', 'check', 'a', '--config', 'b')).status).toBe(2)
})

test('check beside a running gateway knows what that has already, and disturbs neither it nor its files', async () => {
  const config = (file: string) => `providers: [ { name: sim, adapter: { identifier: sim } } ]
lambdaManifest:
  lambdas:
    - { id: ${file}, strategy: { identifier: grid }, scope: { sim: { symbols: [BTC-USDT] } } }
`
  await using gateway = await startGateway({ config: 'providers: [ { name: sim, adapter: { identifier: sim } } ]\n' })
  const { hash } = await gateway.upload(strategySource())
  const body = { id: 'kept', strategy: { identifier: `grid@${hash}` }, scope: { sim: { symbols: ['BTC-USDT'] } } }
  expect((await gateway.post('/strategy/instances', body)).status).toBe(201)
  expect((await gateway.delete('/strategy/instances/kept')).status).toBe(200)
  expect((await gateway.post('/strategy/instances', { ...body, id: 'standing' })).status).toBe(201)
  const home = everything(gateway.home)
  const check = async (id: string, selector = 'grid') => {
    writeFileSync(join(gateway.folder, 'next.yaml'), config(id).replace('identifier: grid', `identifier: ${selector}`))
    const { status, stdout, stderr } = await meltica(gateway.folder, 'config', 'check', 'next.yaml')
    return [status, stdout + stderr.split('\n')[0]]
  }
  expect(await check('another')).toEqual([0, 'next.yaml: no problem found\n'])
  // what is there stays as it is, whatever the file says of it
  expect(await check('standing', '"grid:gone"')).toEqual([0, 'next.yaml: no problem found\n'])
  expect(await check('another', '"grid:gone"')).toEqual([
    1,
    'error: next.yaml:4:46: lambdaManifest.lambdas[0].strategy.identifier: tag "gone" not found for strategy "grid"',
  ])
  expect(everything(gateway.home)).toEqual(home)
  expect((await gateway.get('/readyz')).body.status).toBe('ready')
})

const SOME = `listen: 127.0.0.1:1
data: kept
risk: { maxPositionSize: "5" }
providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 42, apiSecret: abc } } }
`

test('print says of each value who says it', async () => {
  const folder = folderWith(SOME)
  const place = { cwd: folder, env: { MELTICA_DATA: 'elsewhere' } }
  const { status, stdout } = await meltica(place, 'config', 'print', '--tokens', 't.yaml', '--format', 'json')
  expect(status).toBe(0)
  const { file, settings } = JSON.parse(stdout)
  expect(file).toBe('meltica.yaml')
  const inFile = { origin: 'file' }
  const byDefault = { origin: 'default', from: 'default' }
  expect(settings).toEqual([
    { name: 'listen', value: '127.0.0.1:1', ...inFile, from: 'meltica.yaml:1:9' },
    { name: 'strategies.directory', value: 'strategies', ...byDefault },
    { name: 'data', value: 'elsewhere', origin: 'environment', from: 'MELTICA_DATA' },
    { name: 'replay.directory', value: 'elsewhere/replay', ...byDefault },
    { name: 'tokens', value: 't.yaml', origin: 'flag', from: '--tokens' },
    { name: 'rateLimit.perSecond', value: 200, ...byDefault },
    { name: 'rateLimit.burst', value: 400, ...byDefault },
    { name: 'instances.ordersPerSecond', value: 100, ...byDefault },
    { name: 'instances.logsPerSecond', value: 200, ...byDefault },
    { name: 'risk.maxPositionSize', value: '5', ...inFile, from: 'meltica.yaml:3:26' },
    { name: 'backtests.concurrent', value: 1, ...byDefault },
    { name: 'backtests.queue', value: 20, ...byDefault },
    { name: 'backtests.keep', value: 100, ...byDefault },
    { name: 'backtests.keepMiB', value: 1024, ...byDefault },
    { name: 'backtests.memoryMiB', value: 2048, ...byDefault },
    { name: 'backtests.timeout', value: '1h', ...byDefault },
    { name: 'inputs.keepFor', value: '24h', ...byDefault },
    { name: 'inputs.keepMiB', value: 1024, ...byDefault },
    { name: 'sandboxHosts', value: 'auto', ...byDefault },
    { name: 'onJournalLoss', value: 'go-on', ...byDefault },
    { name: 'instances.restartsPerHour', value: 10, ...byDefault },
    { name: 'environment', value: 'dev', ...byDefault },
    {
      name: 'providers',
      value: [{ name: 'sim', adapter: { identifier: 'sim', config: { seed: 42, apiSecret: '(hidden)' } } }],
      ...inFile,
      from: 'meltica.yaml:5:3',
    },
    { name: 'lambdaManifest.lambdas', value: [], ...byDefault },
    { name: 'marketData.maxAge', value: '1s', ...byDefault },
    { name: 'marketData.maxLag', value: '1s', ...byDefault },
    { name: 'cors', value: [], ...byDefault },
  ])
})

test('what print writes is a configuration that has the same in effect', async () => {
  const folder = folderWith(SOME.replace(', apiSecret: abc', ''))
  const { stdout } = await meltica(folder, 'config', 'print')
  expect(stdout).toContain('\nlisten: 127.0.0.1:1 # meltica.yaml:1:9\n')
  expect(stdout).toContain('\n# meltica.yaml:5:3\nproviders:\n')
  expect(stdout).toContain('\nenvironment: dev # default\n')
  const values = async (...file: string[]) => {
    const { settings } = JSON.parse((await meltica(folder, 'config', 'print', ...file, '--format', 'json')).stdout)
    return settings.map(({ name, value }: { name: string; value: unknown }) => [name, value])
  }
  writeFileSync(join(folder, 'printed.yaml'), stdout)
  expect(await values('printed.yaml')).toEqual(await values())
})

test('whatever a file may say is printed, and nothing that its name calls a secret', async () => {
  const folder = folderWith(`strategies: { directory: a, shipped: b }
replay: { directory: r }
retention: { orders: { days: 1 }, executions: { rows: 5 } }
instances: { cpu: 0.5 }
tls: { certificate: c, key: k }
cors: ["https://a.example"]
alerts:
  receivers:
    - { name: ops, webhook: { url: "https://a.example/abc", secret: abcdefgh } }
    - { name: phone, telegram: { token: abc, chat: -100 } }
    - { name: team, slack: { url: "https://a.example/abc" } }
    - { name: mail, command: { run: [mailer, --password, abc] } }
  rules: [{ when: lag, above: 5s }]
  deadman: { url: "https://a.example/abc" }
lambdaManifest:
  lambdas:
    - id: one
      strategy:
        identifier: grid
        config: { apiKey: abc, hook: "https://a.example:8443/hooks/abc", own: "https://me:abc@a.example", size: "1" }
      scope: { sim: { symbols: [BTC-USDT] } }
`)
  const { stdout } = await meltica(folder, 'config', 'print', '--format', 'json')
  const { settings } = JSON.parse(stdout)
  const at = (name: string) => settings.find((one: { name: string }) => one.name === name)?.value
  expect(at('lambdaManifest.lambdas')[0].strategy.config).toEqual({
    apiKey: '(hidden)',
    hook: 'https://a.example:8443/(hidden)',
    own: 'https://a.example/(hidden)',
    size: '1',
  })
  expect(at('alerts')).toEqual({
    receivers: [
      { name: 'ops', webhook: { url: 'https://a.example/(hidden)', secret: '(hidden)' } },
      { name: 'phone', telegram: { token: '(hidden)', chat: -100 } },
      { name: 'team', slack: { url: 'https://a.example/(hidden)' } },
      { name: 'mail', command: { run: ['(hidden)', '(hidden)', '(hidden)'] } },
    ],
    rules: [{ when: 'lag', above: '5s' }],
    deadman: { url: 'https://a.example/(hidden)' },
  })
  expect(stdout).not.toContain('abc')
  expect(
    ['retention.orders', 'retention.executions', 'instances.cpu', 'tls.key', 'strategies.shipped'].map(at),
  ).toEqual([{ days: 1 }, { rows: 5 }, 0.5, 'k', 'b'])
  const printed = new Set(settings.map(({ name }: { name: string }) => name.split('.')[0]))
  const meaningful = Object.keys(ConfigFile.properties).filter(
    (key) => ![...IGNORED, 'app', 'apiServer', 'tokens', 'risk'].includes(key),
  )
  expect(meaningful.filter((key) => !printed.has(key))).toEqual([])
})
