/** Where a setting comes from, and what is wrong with a file: contract §4. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatAddress, isLoopback, parseAddress } from '../../src/config/address'
import { loadSettings } from '../../src/config/settings'
import { Failure } from '../../src/errors/failure'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-config-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function written(text: string): string {
  const path = join(folder, 'meltica.yaml')
  writeFileSync(path, text)
  return path
}

/** What a file is refused with. */
function refusal(text: string): string {
  const path = written(text)
  try {
    loadSettings({ config: path }, {})
  } catch (error) {
    if (error instanceof Failure) return error.message.replaceAll(path, 'FILE')
    throw error
  }
  throw new Error('it was taken')
}

describe('flag beats environment beats file beats default', () => {
  const file = 'listen: 127.0.0.1:1\nstrategies: { directory: s1 }\ndata: d1\n'
  const environment = { MELTICA_LISTEN: '127.0.0.1:2', MELTICA_STRATEGIES: 's2', MELTICA_DATA: 'd2' }
  const flags = { listen: '127.0.0.1:3', strategies: 's3', data: 'd3' }
  const at = ({ listen, strategies, data }: ReturnType<typeof loadSettings>) => [listen.port, strategies, data]

  test('flag', () => {
    expect(at(loadSettings({ ...flags, config: written(file) }, environment))).toEqual([3, 's3', 'd3'])
  })
  test('environment', () => {
    expect(at(loadSettings({ config: written(file) }, environment))).toEqual([2, 's2', 'd2'])
    expect(at(loadSettings({}, { ...environment, MELTICA_CONFIG: written(file) }))).toEqual([2, 's2', 'd2'])
  })
  test('file', () => {
    expect(at(loadSettings({ config: written(file) }, {}))).toEqual([1, 's1', 'd1'])
    expect(at(loadSettings({}, { MELTICA_CONFIG: written(file), MELTICA_DATA: '' }))).toEqual([1, 's1', 'd1'])
  })
  test('default', () => {
    const settings = loadSettings({ config: written('') }, {})
    expect(at(settings)).toEqual([8880, 'strategies', 'data'])
    expect(settings).toMatchObject({ environment: 'dev', cors: [], providers: [], instances: [], warnings: [] })
  })
})

test('the whole file is read', () => {
  const settings = loadSettings(
    {
      config: written(`
environment: prod
providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 42 } } }
lambdaManifest:
  lambdas:
    - { id: grid-1, strategy: { identifier: "grid:prod", config: {} }, scope: { sim: { symbols: [BTC-USDT] } }, autostart: true }
cors: ["https://ui.example.org"]
`),
    },
    {},
  )
  expect(settings).toMatchObject({
    environment: 'prod',
    cors: ['https://ui.example.org'],
    providers: [{ name: 'sim', adapter: { identifier: 'sim', config: { seed: 42 } } }],
    instances: [{ id: 'grid-1', strategy: { identifier: 'grid:prod' }, autostart: true }],
  })
})

describe('tokens and certificates', () => {
  const file = 'tokens: t1\ntls: { certificate: c1, key: k1 }\nrateLimit: { perSecond: 5, burst: 9 }\n'
  const environment = { MELTICA_TOKENS: 't2', MELTICA_TLS_CERT: 'c2', MELTICA_TLS_KEY: 'k2' }
  const of = ({ tokens, tls }: ReturnType<typeof loadSettings>) => [tokens, tls?.certificate, tls?.key]

  test('are named by flag, environment or file', () => {
    const flags = { config: written(file), tokens: 't3', tlsCert: 'c3', tlsKey: 'k3' }
    expect(of(loadSettings(flags, environment))).toEqual(['t3', 'c3', 'k3'])
    expect(of(loadSettings({ config: written(file) }, environment))).toEqual(['t2', 'c2', 'k2'])
    expect(loadSettings({ config: written(file) }, {})).toMatchObject({ rateLimit: { perSecond: 5, burst: 9 } })
    const retention = { orders: { days: 'forever', rows: 9 }, executions: { days: 0.5 } }
    const kept = written('retention: { orders: { days: forever, rows: 9 }, executions: { days: 0.5 } }\n')
    expect(loadSettings({ config: kept }, {})).toMatchObject({ retention })
    expect(of(loadSettings({ config: written(file) }, {}))).toEqual(['t1', 'c1', 'k1'])
    expect(of(loadSettings({ config: written('') }, {}))).toEqual([undefined, undefined, undefined])
  })

  test('let it listen where other machines reach it, with a warning while nothing is encrypted', () => {
    const open = { listen: '0.0.0.0:0', tokens: 't', config: written('') }
    expect(loadSettings(open, {}).warnings).toEqual([expect.stringContaining('unencrypted')])
    expect(loadSettings({ ...open, tlsCert: 'c', tlsKey: 'k' }, {}).warnings).toEqual([])
  })

  test('are refused by halves, or with a limit that lets nobody in', () => {
    expect(() => loadSettings({ tlsKey: 'k', config: written('') }, {})).toThrow('--tls-cert')
    expect(refusal('\nrateLimit: { perSecond: 0, burst: 1 }\n')).toStartWith('FILE:2:25: rateLimit.perSecond')
    expect(refusal('\nrateLimit: { perSecond: 1, burst: 0 }\n')).toStartWith('FILE:2:35: rateLimit.burst')
    expect(refusal('\nretention: { orders: { days: 0 } }\n')).toStartWith('FILE:2:30: retention.orders.days')
    expect(refusal('\nretention: { executions: { rows: 0 } }\n')).toStartWith('FILE:2:34: retention.executions.rows')
    expect(refusal('\nretention: { audit: { days: 1 } }\n')).toStartWith('FILE:2:14: retention.audit')
  })
})

test('the CPU time of instances is a part of one core, without bounds where nothing is said', () => {
  expect(loadSettings({ config: written('') }, {}).cpuBudget).toBeUndefined()
  expect(loadSettings({ config: written('instances: {}\n') }, {}).cpuBudget).toBeUndefined()
  for (const cpu of [0.01, 0.25, 1]) {
    expect(loadSettings({ config: written(`instances: { cpu: ${cpu} }\n`) }, {}).cpuBudget).toBe(cpu)
  }
  for (const cpu of [0, 0.009, 1.01, '"1"']) {
    expect(refusal(`\ninstances: { cpu: ${cpu} }\n`)).toStartWith('FILE:2:19: instances.cpu')
  }
})

test('sandbox hosts are a number of them, or as many as instances need; restarts are so many an hour', () => {
  const read = (text: string) => {
    const { sandboxHosts, restartsPerHour } = loadSettings({ config: written(text) }, {})
    return [sandboxHosts, restartsPerHour]
  }
  expect(read('')).toEqual(['auto', 10])
  expect(read('sandboxHosts: auto\ninstances: { restartsPerHour: 1 }\n')).toEqual(['auto', 1])
  expect(read('sandboxHosts: 256\n')).toEqual([256, 10])
  for (const wrong of ['0', '257', '1.5', 'many', '"3"']) {
    expect(refusal(`\nsandboxHosts: ${wrong}\n`)).toStartWith(
      'FILE:2:15: sandboxHosts must be a whole number from 1 to 256 or "auto"',
    )
  }
  for (const wrong of ['0', '3601', 'ten'])
    expect(refusal(`\ninstances: { restartsPerHour: ${wrong} }\n`)).toStartWith('FILE:2:31: instances.restartsPerHour')
})

describe('how old market data may get', () => {
  const ages = ({ maxAgeMs, maxLagMs }: ReturnType<typeof loadSettings>) => [maxAgeMs, maxLagMs]

  test('is a second, and how far an instance may be behind as well', () => {
    expect(ages(loadSettings({ config: written('') }, {}))).toEqual([1000, 1000])
  })
  test('is as the file says', () => {
    const file = 'marketData: { maxAge: 250ms, maxLag: 1m30s }\n'
    expect(ages(loadSettings({ config: written(file) }, {}))).toEqual([250, 90_000])
    expect(ages(loadSettings({ config: written('marketData: { maxAge: 10ms, maxLag: 1h }\n') }, {}))).toEqual([
      10, 3_600_000,
    ])
  })
  test('is refused when it is none, or makes no sense', () => {
    expect(refusal('marketData: { maxAge: 9ms }\n')).toBe(
      'FILE:1:23: marketData.maxAge must be a duration from 10ms to 1h, as 500ms',
    )
    expect(refusal('marketData: { maxLag: 1h1ms }\n')).toBe(
      'FILE:1:23: marketData.maxLag must be a duration from 10ms to 1h, as 500ms',
    )
    expect(refusal('marketData: { maxAge: soon }\n')).toStartWith('FILE:1:23: marketData.maxAge')
    expect(refusal('marketData: { age: 1s }\n')).toContain('marketData.age')
  })
})

describe('the ancestor’s file', () => {
  test('is understood, at the top or under app', () => {
    for (const text of [
      'environment: uat\napiServer: { addr: "127.0.0.1:9000" }\nstrategies: { directory: old }\n',
      'app:\n  environment: uat\n  apiServer: { addr: "127.0.0.1:9000" }\n  strategies: { directory: old }\n',
    ]) {
      const { listen, strategies, environment } = loadSettings({ config: written(text) }, {})
      expect([listen.port, strategies, environment]).toEqual([9000, 'old', 'uat'])
    }
  })

  test('has parts that mean nothing here, named in one warning', () => {
    const text = 'database: { dsn: x }\neventbus: {}\npools: { a: 1 }\ntelemetry: { otlp: x }\n'
    const { warnings } = loadSettings({ config: written(text) }, {})
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('database, eventbus, pools, telemetry')
  })
})

describe('risk limits', () => {
  /** As the Go gateway's files have them. */
  const text = `risk:
  maxPositionSize: "250"
  maxNotionalValue: 50000
  notionalCurrency: USDT
  orderThrottle: 5
  orderBurst: 3
  maxConcurrentOrders: 6
  priceBandPercent: 1.0
  allowedOrderTypes: [Limit, Market]
  killSwitchEnabled: true
  maxRiskBreaches: 25
  circuitBreaker: { enabled: true, threshold: 4, cooldown: 90s }
`
  const limitsOf = (file: string) => loadSettings({ config: written(file) }, {}).limits

  test('are taken as the Go gateway has them, at the top or under app, and without a warning', () => {
    expect(limitsOf(text)).toMatchObject({ maxPositionSize: '250', circuitBreaker: { cooldown: '90s' } })
    expect(limitsOf(`app:\n${text.replaceAll(/^/gm, '  ')}`)).toEqual(limitsOf(text))
    expect(loadSettings({ config: written(text) }, {}).warnings).toEqual([])
  })

  test('are none when there are none', () => {
    expect([limitsOf(''), limitsOf('risk: {}\n')]).toEqual([undefined, undefined])
  })

  test('that are wrong are named with their lines, in form and in meaning', () => {
    expect(refusal(text.replace('"250"', 'many').replace('25\n', '-1\n'))).toBe(
      'FILE:2:20: risk.maxPositionSize must be a decimal number as text or a number from 0 to 1e15\n' +
        'FILE:11:20: risk.maxRiskBreaches must be an integer greater or equal to 0',
    )
    expect(
      refusal('app:\n  risk:\n    instances:\n      a: { circuitBreaker: { enabled: true, threshold: 1 } }\n'),
    ).toBe('FILE:4:28: app.risk.instances.a.circuitBreaker.cooldown must be a duration above zero, as 90s')
    expect(refusal('risk:\n  maxPosition: 1\n')).toBe('FILE:2:3: risk.maxPosition is unknown')
    expect(refusal('risk:\n  allowedOrderTypes: [Limit, Iceberg]\n')).toStartWith(
      'FILE:2:30: risk.allowedOrderTypes[1] must be a string matching',
    )
  })
})

const SIM = '  - { name: sim, adapter: { identifier: sim, config: {} } }\n'

describe('what is wrong with a file is told with its line and column', () => {
  const SCOPE = 'lambdaManifest.lambdas[0].scope'
  const manifest = (scope: string) =>
    `lambdaManifest:\n  lambdas:\n    - id: a\n      strategy: { identifier: x, config: {} }\n      scope: ${scope}\n`
  const cases: [string, string, string][] = [
    ['not YAML', 'a: [1\nb: 2\n', 'FILE:2:1: '],
    ['a key twice', 'data: a\nlisten: 127.0.0.1:1\ndata: b\n', 'FILE:3:1: Map keys must be unique'],
    ['a list', '- a\n', 'FILE:1:1: the file must be an object'],
    ['a text', 'data\n', 'FILE:1:1: the file must be an object'],
    ['a provider twice', `providers:\n${SIM}${SIM}`, 'FILE:3:13: providers[1].name "sim" is there twice'],
    [
      'a key that is unknown, far inside',
      'app:\n  strategies:\n    home: x\n',
      'FILE:3:5: app.strategies.home is unknown',
    ],
    ['an origin that none can be', 'cors: ["*", "https://a.example/"]\n', 'FILE:1:13: cors[1] must be * or an origin'],
    ["the ancestor's address", 'app: { apiServer: { addr: here } }\n', 'FILE:1:27: app.apiServer.addr "here" is not'],
    ['an unknown key', 'data: a\nstrategis: { directory: x }\n', 'FILE:2:1: strategis is unknown'],
    ['a wrong type', '\n\ndata: 5\n', 'FILE:3:7: data must be a string'],
    ['a key without a value', 'data:\n', 'FILE:1:6: data must be a string'],
    [
      'one of several forms',
      'retention: {orders: {days: -1}}\n',
      'FILE:1:28: retention.orders.days must be a number of days above 0 or "forever"',
    ],
    [
      'a field that is missing',
      'providers:\n  - name: sim\n    adapter:\n      config: {}\n',
      'FILE:4:7: providers[0].adapter.identifier is missing',
    ],
    [
      'an unknown key inside',
      'providers:\n  - name: sim\n    adapter:\n      identifier: sim\n      konfig: {}\n',
      'FILE:5:7: providers[0].adapter.konfig is unknown',
    ],
    [
      'a wrong kind of number',
      'rateLimit: { perSecond: no, burst: 1 }\n',
      'FILE:1:25: rateLimit.perSecond must be a number',
    ],
    ['a scope of nothing', manifest('{}'), `FILE:5:14: ${SCOPE} must be an object with at least 1 property`],
    ['no symbols', manifest('{ sim: { symbols: [] } }'), `FILE:5:32: ${SCOPE}.sim.symbols must have at least 1 item`],
    ['an address that is none', 'listen: here\n', 'FILE:1:9: listen "here" is not host:port, as 127.0.0.1:8880'],
  ]
  for (const [what, text, message] of cases) test(what, () => expect(refusal(text)).toStartWith(message))

  test('all of it at once, in the order of the lines', () => {
    const message = refusal('cors: 5\nlisten: 6\nproviders: [1]\nfoo: 1\n')
    expect(message.split('\n').map((line) => line.split(':')[1])).toEqual(['1', '2', '3', '4'])
  })
})

test('what stands at the top goes before what stands under app, and a home of another place has no shipped one', () => {
  const text = `environment: top
apiServer: { addr: "127.0.0.1:1" }
strategies: { directory: top, shipped: ship }
risk: { orderBurst: 1 }
app:
  environment: below
  apiServer: { addr: "127.0.0.1:2" }
  strategies: { directory: below }
  risk: { orderBurst: 2 }
`
  const settings = loadSettings({ config: written(text) }, {})
  expect(settings).toMatchObject({
    environment: 'top',
    listen: { port: 1 },
    strategies: 'top',
    shipped: 'ship',
    limits: { orderBurst: 1 },
    rateLimit: { perSecond: 200, burst: 400 },
  })
  for (const [flags, environment] of [
    [{ strategies: 'other' }, {}],
    [{}, { MELTICA_STRATEGIES: 'other' }],
  ]) {
    const other = loadSettings({ config: written(text), ...flags }, environment ?? {})
    expect([other.strategies, other.shipped]).toEqual(['other', undefined])
  }
  const refused = loadSettings({ config: written(text) }, {}).refusal([{ path: '/risk/orderBurst', message: 'is low' }])
  expect(refused.message).toEndWith('meltica.yaml:4:21: risk.orderBurst is low')
})

test('origins of web pages are what a browser sends', () => {
  for (const origin of ['*', 'http://localhost:3000', 'https://a.example', 'chrome-extension://abcdef', 'app://x']) {
    expect(loadSettings({ config: written(`cors: ["${origin}"]\n`) }, {}).cors).toEqual([origin])
  }
  for (const origin of [
    'a.example',
    'https://a.example:443',
    'https://A.example',
    'https://a.example/x',
    'app://x/y',
    '',
  ]) {
    expect(() => loadSettings({ config: written(`cors: ["${origin}"]\n`) }, {})).toThrow('cors')
  }
})

test('entities of YAML may be referred to a hundred times, not without end', () => {
  const many = (count: number) => `cors: [&o "https://a.example", ${Array(count).fill('*o').join(', ')}]\n`
  expect(loadSettings({ config: written(many(99)) }, {}).cors).toHaveLength(100)
  const nested = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]\n`)
  expect(() => loadSettings({ config: written(`a0: &a0 [x]\n${nested.join('')}`) }, {})).toThrow()
})

describe('a file of a few lines that stands for gigabytes, or that is nested without end, is refused with its place:', () => {
  const lines = (make: (name: string, before: string) => string) =>
    [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...Array.from('bcdefghij', (name, i) => make(name, 'abcdefghij'[i]!)),
    ].join('\n')
  const cases: [string, string, string][] = [
    [
      'aliases of aliases',
      lines((name, before) => `${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`),
      'FILE:5:7: stands for more than 100000 values',
    ],
    [
      'aliases of maps',
      lines(
        (name, before) => `${name}: &${name} {${Array.from({ length: 10 }, (_, i) => `k${i}: *${before}`).join(', ')}}`,
      ),
      'FILE:5:7: stands for more than 100000 values',
    ],
    ['an alias within what it names', 'data: &a\n  - *a\n', 'FILE:2:5: the alias *a stands within what it names'],
    ['an alias of nothing', 'listen: x\ndata: *gone\n', 'FILE:2:7: the alias *gone names no anchor before it'],
    ['an alias before its anchor', 'data: *a\nlisten: &a x\n', 'FILE:1:7: the alias *a names no anchor before it'],
    ['lists in lists', `cors:\n  - ${'['.repeat(200)}${']'.repeat(200)}`, 'FILE:2:104: is nested more than 100 deep'],
    ['lists in lists in thousands', `cors: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'FILE:1:'],
    ['a hundred thousand values', `cors: [${'x,'.repeat(100_001)}]`, 'FILE:1:7: stands for more than 100000 values'],
  ]
  for (const [what, text, message] of cases) test(what, () => expect(refusal(text)).toStartWith(message))

  test('aliases that stand for little are read, and a key twice beside them is not', () => {
    const text = 'data: &place here\nstrategies: { directory: *place }\n'
    expect(loadSettings({ config: written(text) }, {}).strategies).toBe('here')
    expect(refusal(`${text}cors: []\ncors: []\n`)).toBe('FILE:4:1: Map keys must be unique')
  })

  test('of thousands of problems a hundred are told', () => {
    const told = refusal(Array.from({ length: 3000 }, (_, i) => `k${i}: 1`).join('\n')).split('\n')
    expect([told.length, told[0], told.at(-1)]).toEqual([101, 'FILE:1:1: k0 is unknown', 'and more of them'])
  })
})

test('a file that is named and not there is refused', () => {
  expect(() => loadSettings({ config: join(folder, 'none.yaml') }, {})).toThrow(/none\.yaml/)
})

describe('addresses', () => {
  const valid: [string, string, number][] = [
    ['127.0.0.1:8880', '127.0.0.1', 8880],
    ['localhost:0', 'localhost', 0],
    ['[::1]:80', '::1', 80],
    [':8880', '0.0.0.0', 8880],
    ['a-b.example:65535', 'a-b.example', 65_535],
    ['[::ffff:1.2.3.4]:1', '::ffff:1.2.3.4', 1],
  ]
  for (const [text, host, port] of valid) test(text, () => expect(parseAddress(text, 'x')).toEqual({ host, port }))
  for (const text of [
    '',
    '8880',
    'a:b',
    '1.2.3.4:99999',
    'a:65536',
    'a:123456',
    '[1.2.3.4]:1',
    'a_b:1',
    '::1:80',
    '[::g]:1',
    'a b:1',
  ]) {
    test(`"${text}" is none`, () => expect(() => parseAddress(text, 'x')).toThrow('x: '))
  }

  test('other machines reach all but the loopback', () => {
    const hosts = [
      '127.0.0.1',
      '127.1.2.3',
      '::1',
      'localhost',
      '0.0.0.0',
      '::',
      '10.0.0.1',
      '127.evil.example',
      'example.org',
    ]
    expect(hosts.filter(isLoopback)).toEqual(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])
  })

  test('an IPv6 address is written in brackets', () => {
    expect(formatAddress({ host: '::1', port: 80 })).toBe('[::1]:80')
  })

  for (const text of [':8880', '0.0.0.0:8880', '[::]:1', '192.168.1.1:1']) {
    test(`listening on ${text} without tokens is refused, with the reason`, () => {
      expect(() => loadSettings({ listen: text, config: written('') }, {})).toThrow(
        /other machines could reach it.*tokens/,
      )
    })
  }
})
