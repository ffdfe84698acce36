/** What an operator does with instances from a shell: run, look, stop, remove; as one is used to from containers. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, type TestGateway } from '../../../gateway'
import { until } from '../../../until'
import { launch, printed, rows, run, short } from '../shell'
import { BUYER, COUNTER, STILLBORN } from './traders'

setDefaultTimeout(20_000)

const TWO = `providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 1, intervalMs: 20 } } }
  - { name: other, adapter: { identifier: sim, config: { seed: 2, intervalMs: 20 } } }
`

let gateway: TestGateway
let hash: string
beforeAll(async () => {
  gateway = await startGateway({ config: TWO })
  hash = (await gateway.upload(BUYER)).hash
  await gateway.upload(COUNTER)
  await gateway.upload(STILLBORN)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const configOf = async (id: string) => (await gateway.get(`/strategy/instances/${id}`)).body.strategy.config
const stateOf = async (id: string) => (await gateway.get(`/strategy/instances/${id}`)).body.state

describe('run', () => {
  test('creates and starts an instance, dry and told so, with values of the types that are declared', async () => {
    const { status, stdout, stderr } = await run(
      gateway,
      'run',
      'buyer:v1',
      '--name',
      'dry-1',
      '--provider',
      'sim',
      '--symbol',
      'BTC-USDT',
      'ETH-USDT',
      '--set',
      'quantity=0.5',
      '--set',
      'word=12',
      '--restart',
      'on-failure',
    )
    expect([status, stdout, stderr]).toEqual([
      0,
      'dry-1\n',
      `dry-1 runs buyer@${short(hash)} on BTC-USDT ETH-USDT at sim, a dry run: its orders are checked and not sent; --live sends them\n`,
    ])
    expect((await gateway.get('/strategy/instances/dry-1')).body).toMatchObject({
      state: 'running',
      restart: 'on-failure',
      strategySelector: 'buyer:v1',
      scope: { sim: { symbols: ['BTC-USDT', 'ETH-USDT'] } },
      strategy: { config: { quantity: 0.5, word: '12', dry_run: true } },
    })
  })

  test('sends orders with --live alone, and makes up a name of its own', async () => {
    const at = ['--provider', 'sim', '--symbol', 'BTC-USDT']
    const { stdout, stderr } = await run(gateway, 'run', 'buyer', '--live', ...at)
    const id = stdout.trim()
    expect(id).toMatch(/^buyer-[a-z0-9]{6}$/)
    expect(stderr).toEndWith('live: its orders are sent\n')
    expect(await configOf(id)).toMatchObject({ dry_run: false })
    expect((await printed(gateway, 'run', 'buyer', ...at)).trim()).not.toBe(id)
  })

  test.each([
    [['--symbol', 'BTC-USDT', 'ETH-USDT', 'buyer:v1'], ['BTC-USDT', 'ETH-USDT'], 'bought'],
    [['--symbol', 'BTC-USDT', '--symbol', 'ETH-USDT', '--set', 'word=x', 'buyer:v1'], ['BTC-USDT', 'ETH-USDT'], 'x'],
    [['--set', 'word=x', '--symbol', 'BTC-USDT', 'buyer:v1'], ['BTC-USDT'], 'x'],
  ])('takes the selector behind the values of an option: %p', async (args, symbols, word) => {
    const id = (await printed(gateway, 'run', '--provider', 'sim', ...args)).trim()
    const { scope, strategy } = (await gateway.get(`/strategy/instances/${id}`)).body
    expect([scope, strategy.selector, strategy.config.word]).toEqual([{ sim: { symbols } }, 'buyer:v1', word])
  })

  test.each([
    [['run'], 2, 'say what to run'],
    [['run', '--symbol', 'BTC-USDT'], 2, 'say what to run'],
    [['run', 'buyer'], 2, 'say where, with --provider: there are sim, other'],
    [['run', 'buyer', '--provider', 'other'], 2, 'say what it trades at other, with --symbol'],
    [['run', 'buyer', '--provider', 'no', '--symbol', 'A-B'], 1, 'no provider "no"'],
    [['run', 'nothing'], 1, '"nothing" not found'],
    [['run', 'buyer', '--provider', 'sim', '--symbol', 'A-B', '--set', 'size=1'], 1, '"size" is no field'],
    [['run', 'buyer', '--provider', 'sim', '--symbol', 'A-B', '--set', 'dry_run=false'], 2, 'unless --live is given'],
    [['run', 'buyer', '--set', 'quantity'], 2, 'write key=value'],
    [['run', 'buyer', '--restart', 'maybe'], 2, 'Allowed choices are never, on-failure, always'],
  ])('%p is refused, and makes nothing', async (args, status, words) => {
    const before = (await gateway.get('/strategy/instances')).body.total
    const finished = await run(gateway, ...args)
    expect([finished.status, finished.stdout, finished.stderr]).toEqual([status, '', expect.stringContaining(words)])
    expect((await gateway.get('/strategy/instances')).body.total).toBe(before)
  })

  test('of one that does not start tells why, and that it is there all the same', async () => {
    const at = ['--provider', 'sim', '--symbol', 'BTC-USDT']
    const { status, stdout, stderr } = await run(gateway, 'run', 'stillborn', '--name', 'dead-1', ...at)
    expect([status, stdout, stderr]).toEqual([
      1,
      'dead-1\n',
      expect.stringMatching(
        /^error: dead-1 was created and did not start: .*no spread today.*\nhint: meltica logs dead-1 /,
      ),
    ])
    const again = await run(gateway, 'run', 'stillborn', '--name', 'dead-1', ...at)
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('meltica instance rm ID')])
  })
})

describe('ps', () => {
  test('lists what runs, with --all the rest too, by ids as people count', async () => {
    for (const id of ['n-10', 'n-9']) await launch(gateway, id, 'counter', id === 'n-9')
    const ids = (await printed(gateway, 'ps', '-q')).trimEnd().split('\n')
    expect(ids).toContain('n-9')
    expect(ids).not.toContain('n-10')
    const all = (await printed(gateway, 'ps', '-a', '-q')).trimEnd().split('\n')
    expect(all.indexOf('n-10')).toBe(all.indexOf('n-9') + 1)
    expect(all).toContain('dead-1')
    const shown = await rows(gateway, 'ps', '-a')
    expect(shown.find(({ NAME }) => NAME === 'dead-1')).toMatchObject({ STATE: 'failed', 'EVENTS/S': '', LAG: '' })
  })

  test('--format json prints what each is, as it is documented', async () => {
    await printed(
      gateway,
      'run',
      'buyer',
      '--name',
      'rich',
      '--provider',
      'sim',
      '--symbol',
      'BTC-USDT',
      '--live',
      '--set',
      'quantity=0.125',
    )
    await gateway.until('/strategy/instances/rich/positions', ({ body }) => body.items[0]?.quantity === '0.125')
    await until(async () => (await member('rich')).eventsPerSecond > 0)
    expect(Object.entries(await member('rich'))).toEqual([
      ['id', 'rich'],
      ['strategy', 'buyer'],
      ['selector', 'buyer'],
      ['tag', 'v1'],
      ['hash', hash],
      ['state', 'running'],
      ['killSwitch', null],
      ['since', (await gateway.get('/strategy/instances/rich')).body.updatedAt],
      ['eventsPerSecond', expect.any(Number)],
      ['lagMs', expect.any(Number)],
      ['positions', [{ symbol: 'BTC-USDT', quantity: '0.125' }]],
      ['equity', expect.stringMatching(/^\d+(\.\d+)?$/)],
      ['pnlToday', expect.stringMatching(/^-?\d+(\.\d+)?$/)],
      ['worth', [{ currency: 'USDT', equity: expect.any(String), pnlToday: expect.any(String) }]],
    ])
    const row = (await rows(gateway, 'ps')).find(({ NAME }) => NAME === 'rich')
    expect(row).toMatchObject({ HASH: short(hash), STATE: 'running', POSITION: '0.125 BTC-USDT', CURRENCY: 'USDT' })
    expect(row?.EQUITY).toMatch(/^\d+(\.\d\d?)?$/)
  })

  const member = async (id: string) =>
    (JSON.parse(await printed(gateway, 'ps', '--format', 'json')) as { id: string; eventsPerSecond: number }[]).find(
      (one) => one.id === id,
    )!

  test('shows what an instance is worth in each of its currencies, that of its first symbol first', async () => {
    const scope = { sim: { symbols: ['ETH-EUR', 'BTC-USDT'] } }
    await gateway.post('/strategy/instances', { id: 'two-1', strategy: { identifier: 'counter' }, scope })
    const row = (await rows(gateway, 'ps', '-a')).find(({ NAME }) => NAME === 'two-1')
    expect([row?.EQUITY, row?.CURRENCY]).toEqual(['10000, 10000', 'EUR, USDT'])
    const csv = (await printed(gateway, 'ps', '-a', '--format', 'csv')).split('\n')
    expect(csv.find((line) => line.startsWith('two-1,'))).toEndWith(',"10000, 10000","0, 0","EUR, USDT"')
  })

  test('--format csv has whole hashes and amounts', async () => {
    const [titles, ...lines] = (await printed(gateway, 'ps', '--format', 'csv')).trimEnd().split('\n')
    expect(titles).toBe('name,selector,hash,state,since,events/s,lag,position,equity,pnl today,currency')
    expect(lines.find((line) => line.startsWith('rich,'))).toMatch(
      new RegExp(
        String.raw`^rich,buyer,${hash},running,20\d\d-[^,]+Z,[\d.]+,\d+,0\.125 BTC-USDT,[\d.]+,-?[\d.]+,USDT$`,
      ),
    )
  })
})

describe('start, stop and restart', () => {
  test('print the id of each that was done; one that fails holds up no other, and makes the status 1', async () => {
    expect(await printed(gateway, 'stop', 'n-9', 'n-10')).toBe('n-9\nn-10\n')
    expect([await stateOf('n-9'), await stateOf('n-10')]).toEqual(['stopped', 'created'])
    const started = await run(gateway, 'start', 'n-9', 'nobody', 'dead-1', 'n-10')
    expect([started.status, started.stdout]).toEqual([1, 'n-9\nn-10\n'])
    expect(started.stderr).toMatch(
      /^error: no instance "nobody"\nhint: meltica ps -a lists all\nerror: .*no spread today.*\nhint: .*\n$/,
    )
    const before = (await gateway.get('/strategy/instances/n-9')).body.updatedAt
    expect(await printed(gateway, 'restart', 'n-9')).toBe('n-9\n')
    expect((await gateway.get('/strategy/instances/n-9')).body.updatedAt > before).toBe(true)
    expect(await stateOf('n-9')).toBe('running')
  })

  test('of what is no name are wrong usage of nobody else', async () => {
    const { status, stdout, stderr } = await run(gateway, 'stop', '..', 'n-10')
    expect([status, stdout, stderr]).toEqual([
      1,
      'n-10\n',
      expect.stringContaining('".." names nothing among the instances'),
    ])
  })
})

describe('instance', () => {
  test('ls is ps', async () => {
    expect(await printed(gateway, 'instance', 'ls', '-q', '--all')).toBe(await printed(gateway, 'ps', '-aq'))
  })

  test('inspect shows all that is known in a list, and what is missing on standard error', async () => {
    const { status, stdout, stderr } = await run(gateway, 'instance', 'inspect', 'n-10', 'nobody')
    expect([status, stderr]).toEqual([1, expect.stringContaining('no instance "nobody"')])
    expect(JSON.parse(stdout)).toEqual([(await gateway.get('/strategy/instances/n-10')).body])
  })

  test('rm removes what rests, and what runs when it is forced to', async () => {
    const refused = await run(gateway, 'instance', 'rm', 'n-9', 'n-10')
    expect([refused.status, refused.stdout, refused.stderr]).toEqual([
      1,
      'n-10\n',
      'error: n-9 runs\nhint: stop it first, as in meltica stop n-9, or add --force\n',
    ])
    expect(await printed(gateway, 'instance', 'rm', '--force', 'n-9')).toBe('n-9\n')
    expect((await gateway.get('/strategy/instances/n-9')).status).toBe(404)
  })
})

describe('inspect', () => {
  test('finds a revision, an instance, a provider, in this order, or what it is told to find', async () => {
    await launch(gateway, 'buyer', 'counter', false)
    await launch(gateway, 'sim', 'counter', false)
    const found = async (...args: string[]) => JSON.parse(await printed(gateway, 'inspect', ...args))
    expect(await found('buyer')).toMatchObject({ name: 'buyer', hash })
    expect(await found('--type', 'instance', 'buyer')).toEqual((await gateway.get('/strategy/instances/buyer')).body)
    expect(await found('sim')).toMatchObject({ id: 'sim' })
    expect(await found('--type', 'provider', 'sim')).toMatchObject({ name: 'sim', adapter: 'sim' })
    expect(await found('other')).toMatchObject({ name: 'other', adapter: 'sim' })
    expect(await rows(gateway, 'inspect', '--format', 'table', 'other')).toContainEqual({
      FIELD: 'name',
      VALUE: 'other',
    })
  })

  test.each([
    ['nothing', 'no strategy, instance or provider is called "nothing"'],
    ['buyer:v9', 'tag "v9" not found'],
    ['no.such@960b2c1a4f7d', 'strategy "no.such" not found'],
  ])('says that %s is nowhere', async (name, words) => {
    const { status, stdout, stderr } = await run(gateway, 'inspect', name)
    expect([status, stdout, stderr]).toEqual([1, '', expect.stringContaining(words)])
  })
})

describe('providers', () => {
  test('lists them, shows, starts and stops them', async () => {
    expect(await printed(gateway, 'providers', '-q')).toBe('sim\nother\n')
    expect(await printed(gateway, 'providers', 'stop', 'other')).toBe('other\n')
    const [, other] = await rows(gateway, 'providers', 'ls')
    expect(other).toMatchObject({ NAME: 'other', ADAPTER: 'sim', STATUS: 'stopped', INSTANCES: '0' })
    const started = await run(gateway, 'providers', 'start', 'none', 'other')
    expect([started.status, started.stdout]).toEqual([1, 'other\n'])
    expect(JSON.parse(await printed(gateway, 'providers', 'inspect', 'other'))).toMatchObject([{ status: 'running' }])
    expect(await printed(gateway, 'providers', '--format', 'csv')).toStartWith('name,adapter,status,')
  })
})
