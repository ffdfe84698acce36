/** What all commands over HTTP share: the address and token, exit statuses, colours, help. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { strategySource, type TestGateway } from '../../gateway'
import { selfSigned } from '../../http/certificates'
import { meltica, melticaOnTerminal, start } from '../meltica'
import { beside, launch, printed, run, startTrading } from './shell'

const COMMANDS = [
  'run',
  'ps',
  'top',
  'start',
  'stop',
  'restart',
  'instance',
  'logs',
  'orders',
  'fills',
  'positions',
  'events',
  'providers',
  'context',
  'push',
  'ls',
  'inspect',
  'tag',
  'untag',
  'history',
  'rollback',
  'rm',
  'refresh',
  'usage',
  'registry',
]
const HERE = import.meta.dir
const EMPTY = { modules: [], total: 0, offset: 0, strategyDirectory: '' }

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTrading()
  await gateway.upload(strategySource())
  await launch(gateway, 'one', 'grid')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const ls = (MELTICA_API: string, env = {}) => meltica({ cwd: HERE, env: { MELTICA_API, ...env } }, 'ls')

describe('help <command> has an example', () => {
  for (const command of COMMANDS) {
    test(command, async () => {
      const { stdout, stderr, status } = await meltica(HERE, 'help', command)
      expect([status, stderr, stdout]).toEqual([
        0,
        '',
        expect.stringMatching(new RegExp(`Examples?:\\n +meltica ${command}`)),
      ])
    })
  }
})

describe('the gateway', () => {
  test('may be named without http://, with a slash, and behind a path', async () => {
    const { host } = new URL(gateway.url)
    expect(await ls(`${host}/`)).toEqual(await ls(gateway.url))
    using proxy = Bun.serve({
      port: 0,
      fetch: ({ url }) => fetch(gateway.url + new URL(url).pathname.replace('/meltica/', '/')),
    })
    expect(await ls(`${proxy.url.href}meltica`)).toEqual(await ls(gateway.url))
  })

  test('that does not answer is told with what to do', async () => {
    expect(await ls('http://127.0.0.1:1')).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: no gateway answers at http:\/\/127\.0\.0\.1:1: .+\nhint: start one with meltica serve.*\n$/,
      ),
    })
  })

  test('on this machine is called past a proxy, and one elsewhere through it', async () => {
    const asked: string[] = []
    using proxy = Bun.serve({
      port: 0,
      fetch: ({ url }) => {
        asked.push(new URL(url).host)
        return Response.json(EMPTY)
      },
    })
    const { port } = new URL(gateway.url)
    const wanted = await ls(gateway.url)
    for (const env of [
      { HTTP_PROXY: proxy.url.href, HTTPS_PROXY: proxy.url.href },
      { http_proxy: proxy.url.href, no_proxy: 'example.org', NO_PROXY: '*' },
    ])
      for (const host of ['127.0.0.1', 'localhost']) expect(await ls(`${host}:${port}`, env)).toEqual(wanted)
    expect(asked).toEqual([])
    expect(await ls('http://gateway.test', { http_proxy: proxy.url.href })).toMatchObject({ status: 0 })
    expect(asked).toEqual(['gateway.test'])
  })

  test('that is something else is told', async () => {
    using other = Bun.serve({
      port: 0,
      fetch: ({ url }) => (url.includes('json') ? Response.json({}) : new Response('hello')),
    })
    for (const address of [other.url.href, `${other.url.href}json`])
      expect(await ls(address)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('is no gateway of this version'),
      })
  })

  test('that had a fault of its own says so, and where its log is', async () => {
    const refusal = { status: 'error', error: 'internal', message: 'request 17 failed', hint: '' }
    const answers: Record<string, () => Response> = {
      ours: () => Response.json(refusal, { status: 500 }),
      bare: () => new Response(null, { status: 500 }),
      said: () => new Response('out\n of luck', { status: 500 }),
      page: () => new Response('<html>oh</html>', { status: 500 }),
      gone: () => new Response('bad gateway', { status: 502 }),
    }
    using broken = Bun.serve({ port: 0, fetch: ({ url }) => answers[url.split('/')[3]!]!() })
    const says = async (what: string, ...args: string[]) => {
      const env = { MELTICA_API: `${broken.url.href}${what}` }
      const { status, stdout, stderr } = await meltica({ cwd: HERE, env }, ...args)
      const [error, hint] = stderr.trimEnd().split('\n')
      return [status, stdout, error?.replace(broken.url.href, ''), hint]
    }
    const hint =
      'hint: look into its log, the standard error of meltica serve or journalctl -u meltica, and report what it says'
    const fault = 'had a fault of its own:'
    const asked = 'GET /strategies/modules was answered with'
    expect(await says('ours', 'ls')).toEqual([1, '', `error: the gateway at ours ${fault} request 17 failed`, hint])
    expect(await says('bare', 'ls')).toEqual([1, '', `error: bare ${fault} ${asked} 500`, hint])
    expect(await says('said', 'ls')).toEqual([1, '', `error: said ${fault} ${asked} 500: out of luck`, hint])
    expect(await says('page', 'ls')).toEqual([1, '', `error: page ${fault} ${asked} 500`, hint])
    const away = expect.stringContaining('start one with meltica serve')
    expect(await says('gone', 'ls')).toEqual([
      1,
      '',
      `error: no gateway answers at gone: ${asked} 502: bad gateway`,
      away,
    ])
    for (const command of [['events'], ['backup'], ['replay', 'one']])
      expect(await says('bare', ...command)).toEqual([1, '', expect.stringContaining(fault), hint])
  })

  test('of a newer version may refuse with a code that is unknown here', async () => {
    const refusal = { status: 'error', error: 'moon_full', message: 'the moon is full', hint: 'wait a day' }
    using newer = Bun.serve({ port: 0, fetch: () => Response.json(refusal, { status: 409 }) })
    expect(await ls(newer.url.href)).toEqual({
      status: 1,
      stdout: '',
      stderr: 'error: the moon is full\nhint: wait a day\n',
    })
  })

  test('is sent the token', async () => {
    using echo = Bun.serve({
      port: 0,
      fetch: ({ headers }) =>
        Response.json({ error: 'forbidden', message: `${headers.get('authorization')}`, hint: '' }, { status: 403 }),
    })
    expect((await ls(echo.url.href, { MELTICA_TOKEN: 'secret' })).stderr).toStartWith('error: Bearer secret\n')
  })

  test('with a certificate that nobody vouches for says how to trust it', async () => {
    const { certificate, key } = selfSigned()
    using guarded = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      tls: { cert: certificate, key },
      fetch: () => Response.json(EMPTY),
    })
    const { status, stderr } = await ls(guarded.url.origin)
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: the certificate of https:.* is not trusted: .+\nhint: .*NODE_EXTRA_CA_CERTS.*\n$/),
    ])
    const file = join(gateway.folder, 'certificate.pem')
    await Bun.write(file, certificate)
    expect((await ls(guarded.url.origin, { NODE_EXTRA_CA_CERTS: file })).status).toBe(0)
  })

  test('whose address is none is wrong usage', async () => {
    expect(await ls('ftp://localhost')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('"ftp://localhost" is no address of a gateway'),
    })
  })
})

describe('wrong usage exits with 2', () => {
  for (const args of [
    ['ls', '--format', 'xml'],
    ['ls', '--nope'],
    ['untag', 'grid'],
    ['history', 'grid:x', '-n', '0'],
    ['tag', 'grid'],
    ['inspect', '..'],
    ['inspect', ''],
    ['push'],
    ['registry'],
  ]) {
    test(`meltica ${args.join(' ')}`, async () => {
      const { status, stdout } = await run(gateway, ...args)
      expect([status, stdout]).toEqual([2, ''])
    })
  }
})

test('Ctrl-C while the gateway is waited for exits with 130', async () => {
  const asked = Promise.withResolvers<void>()
  using silent = Bun.serve({
    port: 0,
    fetch: () => {
      asked.resolve()
      return new Promise<Response>(() => undefined)
    },
  })
  const child = start({ cwd: HERE, env: { MELTICA_API: silent.url.href } }, 'ls')
  await asked.promise
  child.kill('SIGINT')
  expect(await child.exited).toBe(130)
})

test('a reader that has had enough is no failure', async () => {
  const entry = { strategy: 'grid', hash: '', instances: [], count: 0, running: false }
  const usage = Array.from({ length: 10_000 }, () => entry)
  using server = Bun.serve({ port: 0, fetch: () => Response.json({ registry: {}, usage }) })
  const child = start({ cwd: HERE, env: { MELTICA_API: server.url.href } }, 'registry', 'export')
  const reader = child.stdout.getReader()
  await reader.read()
  await reader.cancel()
  expect([await child.stderr.text(), await child.exited]).toEqual(['', 0])
})

describe('colours', () => {
  const COLOUR = '\u001b['

  test('are shown on a terminal, and nowhere else', async () => {
    expect(await melticaOnTerminal(beside(gateway), 'ls')).toContain(COLOUR)
    expect(await printed(gateway, 'ls')).not.toContain(COLOUR)
  })

  test('are left out when NO_COLOR is set or the terminal knows none', async () => {
    expect(await melticaOnTerminal(beside(gateway, { NO_COLOR: '1' }), 'ls')).not.toContain(COLOUR)
    expect(await melticaOnTerminal(beside(gateway, { TERM: 'dumb' }), 'ls')).not.toContain(COLOUR)
  })

  test('do not shift columns', async () => {
    const shown = Bun.stripANSI(await melticaOnTerminal(beside(gateway), 'usage', 'grid')).replaceAll('\r', '')
    expect(shown).toBe(await printed(gateway, 'usage', 'grid'))
  })
})
