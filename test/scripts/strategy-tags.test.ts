/** scripts/strategy-tags.sh, in a shell that has bash and curl and nothing else, against a real gateway. */
import { afterAll, beforeAll, describe, expect, test as plainTest } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { selfSigned } from '../http/certificates'
import { lacks } from '../tools'

const SCRIPT = join(import.meta.dir, '../../scripts/strategy-tags.sh')
const CONFIG = 'providers:\n  - { name: sim, adapter: { identifier: sim } }\n'

const test = plainTest.skipIf(lacks('curl'))

const tools = mkdtempSync(join(tmpdir(), 'meltica-tools-'))
let gateway: TestGateway
let v1: string
let v2: string
beforeAll(async () => {
  for (const tool of ['bash', 'curl']) symlinkSync(Bun.which(tool) ?? tool, join(tools, tool))
  gateway = await startGateway({ config: CONFIG })
  v1 = (await gateway.upload(strategySource({ tag: 'v1' }))).hash
  v2 = (await gateway.upload(strategySource({ tag: 'v2' }), { promoteLatest: false })).hash
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(tools, { recursive: true, force: true })
})

interface Surroundings {
  readonly reply?: string
  readonly env?: Readonly<Record<string, string>>
}

async function run(args: readonly string[], { reply = '', env = {} }: Surroundings = {}) {
  const child = Bun.spawn([join(tools, 'bash'), SCRIPT, ...args], {
    env: { PATH: tools, MELTICA_API: gateway.url, ...env },
    stdin: new Blob([reply]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr, status] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited])
  return { status, stdout, stderr }
}

const yes = (...args: string[]) => run(['--yes', ...args])

/** What a tag names; undefined when there is no such tag. */
async function named(tag: string, name = 'grid'): Promise<string | undefined> {
  return (await gateway.get(`/strategies/modules/${name}`)).body.tagAliases[tag]
}

plainTest.skipIf(lacks('shellcheck'))('shellcheck finds nothing to say', async () => {
  const child = Bun.spawn(['shellcheck', SCRIPT], { stdout: 'pipe', stderr: 'pipe' })
  expect([await child.stdout.text(), await child.exited]).toEqual(['', 0])
})

describe('assign', () => {
  test('shows from where to where, asks, and moves the tag', async () => {
    await yes('assign', 'grid', 'asked', v1)
    const { status, stdout, stderr } = await run(['assign', 'grid', 'asked', v2], { reply: 'y\n' })
    expect([status, stderr]).toEqual([0, `Move grid:asked from ${v1} to ${v2}? [y/N] `])
    expect(stdout).toBe(`grid:asked -> ${v2}\n`)
    expect(await named('asked')).toBe(v2)
  })

  for (const reply of ['n\n', '\n', 'yess\n', '']) {
    test(`is aborted by ${JSON.stringify(reply)}, with exit 1`, async () => {
      const { status, stdout } = await run(['assign', 'grid', 'refused', v2], { reply })
      expect([status, stdout]).toEqual([1, 'aborted\n'])
      expect(await named('refused')).toBeUndefined()
    })
  }

  for (const reply of ['y\n', 'Y\n', 'yes\n', 'YES']) {
    test(`is confirmed by ${JSON.stringify(reply)}`, async () => {
      const tag = `confirmed-${reply.trim()}`
      expect((await run(['assign', 'grid', tag, v2], { reply })).status).toBe(0)
      expect(await named(tag)).toBe(v2)
    })
  }

  test('takes the first digits of a hash, with or without sha256:', async () => {
    expect((await yes('assign', 'grid', 'short', v1.slice(7, 19))).status).toBe(0)
    expect(await named('short')).toBe(v1)
    expect((await yes('assign', 'grid', 'short', v2.slice(0, 20))).status).toBe(0)
    expect(await named('short')).toBe(v2)
  })

  test('has nothing to do when the tag names the hash already, asks nothing and exits with 0', async () => {
    await yes('assign', 'grid', 'there', v1)
    const { status, stdout, stderr } = await run(['assign', 'grid', 'there', v1])
    expect([status, stdout, stderr]).toEqual([0, `nothing to do: grid:there names ${v1} already\n`, ''])
  })

  test('moves the instances that follow the tag, and leaves them with REFRESH=false', async () => {
    await yes('assign', 'grid', 'followed', v1)
    const strategy = { identifier: 'grid:followed' }
    await gateway.post('/strategy/instances', { id: 'one', strategy, scope: { sim: { symbols: ['BTC-USDT'] } } })
    const pinned = async () => (await gateway.get('/strategy/instances/one')).body.strategy.hash
    await run(['-y', 'assign', 'grid', 'followed', v2], { env: { REFRESH: 'false' } })
    expect([await named('followed'), await pinned()]).toEqual([v2, v1])
    await yes('assign', 'grid', 'followed', v1)
    await yes('assign', 'grid', 'followed', v2)
    expect(await pinned()).toBe(v2)
  })

  test('shows the message and hint of the gateway', async () => {
    const { status, stdout, stderr } = await yes('assign', 'grid', 'prod', `sha256:${'0'.repeat(64)}`)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: .*0{64}.*"grid"\nhint: GET \/strategies\/modules\/.*\n$/)
  })
})

describe('delete', () => {
  test('asks, and deletes the tag alone', async () => {
    await yes('assign', 'grid', 'doomed', v2)
    const { status, stdout, stderr } = await run(['delete', 'grid', 'doomed'], { reply: 'y\n' })
    expect([status, stderr]).toEqual([0, `Delete grid:doomed, which names ${v2}? [y/N] `])
    expect(stdout).toBe(`deleted grid:doomed, which named ${v2}\n`)
    expect((await gateway.get(`/strategies/modules/grid@${v2}`)).status).toBe(200)
  })

  test('is aborted by anything but yes', async () => {
    await yes('assign', 'grid', 'kept', v2)
    expect(await run(['delete', 'grid', 'kept'], { reply: 'no\n' })).toMatchObject({ status: 1, stdout: 'aborted\n' })
    expect(await named('kept')).toBe(v2)
  })

  test('has nothing to do without such a tag, and exits with 0', async () => {
    const { status, stdout } = await run(['delete', 'grid', 'never'])
    expect([status, stdout]).toEqual([0, 'nothing to do: grid has no tag never\n'])
  })

  test('leaves latest alone', async () => {
    const { status, stderr } = await yes('delete', 'grid', 'latest')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: tag "latest" cannot be deleted\nhint: .+\n$/)])
  })

  test('of the last selector needs ALLOW_ORPHAN=true', async () => {
    const { hash } = await gateway.upload(strategySource({ name: 'orphan', tag: 'only' }))
    await gateway.upload(strategySource({ name: 'orphan', tag: 'next' }))
    const refused = await yes('delete', 'orphan', 'only')
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(`last selector of ${hash}\nhint: `)])
    expect(await named('only', 'orphan')).toBe(hash)
    await run(['-y', 'delete', 'orphan', 'only'], { env: { ALLOW_ORPHAN: 'true' } })
    expect(await named('only', 'orphan')).toBeUndefined()
  })
})

test('promote moves latest to what a tag or a hash names', async () => {
  await gateway.upload(strategySource({ name: 'rising', tag: 'v1' }))
  const { hash } = await gateway.upload(strategySource({ name: 'rising', tag: 'v2' }), { promoteLatest: false })
  const { status, stderr } = await run(['promote', 'rising', 'v2'], { reply: 'y\n' })
  expect([status, stderr]).toEqual([0, expect.stringMatching(/^Move rising:latest from .* \[y\/N\] $/)])
  expect(await named('latest', 'rising')).toBe(hash)
  expect((await yes('promote', 'rising', hash)).stdout).toStartWith('nothing to do: ')
  expect((await yes('promote', 'rising', 'v9')).stderr).toStartWith('error: tag "v9" not found')
})

test('list shows every tag and the hash it names', async () => {
  const { hash } = await gateway.upload(strategySource({ name: 'listed', tag: 'v1' }), { aliases: ['a.b', 'C_d'] })
  const { stdout } = await run(['list', 'listed'])
  const [title, ...rows] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ +/))
  expect(title).toEqual(['TAG', 'HASH'])
  expect(Object.fromEntries(rows)).toEqual({ latest: hash, v1: hash, 'a.b': hash, C_d: hash })
})

test('a strategy without latest is listed all the same', async () => {
  const { hash } = await gateway.upload(strategySource({ name: 'headless', tag: 'v1' }))
  const registry = await Bun.file(join(gateway.home, 'registry.json')).json()
  delete registry.headless.tags.latest
  await Bun.write(join(gateway.home, 'registry.json'), JSON.stringify(registry))
  await gateway.post('/strategies/refresh')
  expect((await run(['list', 'headless'])).stdout).toMatch(new RegExp(`\nv1 +${hash}\n$`))
})

describe('history and rollback', () => {
  test('tell where a tag has been, with what was said of it, and lead back', async () => {
    const said = 'é "quoted" \\ and {braces}, 100 %'
    await yes('assign', 'grid', 'walk', v1)
    await yes('assign', 'grid', 'walk', v2, '-m', said)
    const { status, stdout, stderr } = await run(['rollback', 'grid', 'walk'], { reply: 'y\n' })
    expect([status, stdout]).toEqual([0, `grid:walk -> ${v1}\n`])
    expect(stderr).toBe(`Move grid:walk from ${v2} back to what it named before? [y/N] `)
    await yes('rollback', 'grid', 'walk', v2.slice(7, 19))
    expect(await named('walk')).toBe(v2)

    const lines = (await run(['history', 'grid', 'walk'])).stdout.trimEnd().split('\n')
    const rows = lines.map((line) => line.split('  '))
    expect(rows.map(([, hash]) => hash)).toEqual([v2, v1, v2, v1])
    expect(rows[2]?.slice(2)).toEqual(['127.0.0.1', said])
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*Z {2}/)
  })

  test('tell that a tag was deleted', async () => {
    await yes('assign', 'grid', 'brief', v1)
    await yes('delete', 'grid', 'brief')
    const lines = (await run(['history', 'grid', 'brief'])).stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.split('  ')[1])).toEqual(['deleted', v1])
  })

  test('a rollback that is confirmed after someone else moved the tag changes nothing', async () => {
    await yes('assign', 'grid', 'late', v1)
    await yes('assign', 'grid', 'late', v2)
    const child = Bun.spawn([join(tools, 'bash'), SCRIPT, 'rollback', 'grid', 'late'], {
      env: { PATH: tools, MELTICA_API: gateway.url },
      stdin: 'pipe',
      stdout: 'ignore',
      stderr: 'pipe',
    })
    let stderr = ''
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += chunk
      if (!stderr.endsWith('[y/N] ')) continue
      await gateway.post('/strategies/modules/grid/tags/late/rollback')
      await child.stdin.write('y\n')
      await child.stdin.end()
    }
    expect([await child.exited, stderr]).toEqual([1, expect.stringContaining(`grid:late names ${v1} now, not ${v2}`)])
    expect(await named('late')).toBe(v1)
  })

  test('a rollback of a tag that has been nowhere else says so', async () => {
    await yes('assign', 'grid', 'fresh', v1)
    const { status, stderr } = await yes('rollback', 'grid', 'fresh')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: grid:fresh .+\nhint: .*"to".*\n$/)])
  })
})

plainTest.skipIf(lacks('curl', 'proc'))('a token is sent along, and not shown to who lists processes', async () => {
  const MELTICA_TOKEN = crypto.randomUUID()
  const seen: (string | null)[] = []
  let commands = ''
  using server = Bun.serve({
    port: 0,
    fetch: ({ headers }) => {
      seen.push(headers.get('authorization'))
      commands = commandLines()
      return Response.json({ modules: [{ tagAliases: {} }] })
    },
  })
  await run(['list', 'grid'], { env: { MELTICA_API: server.url.href, MELTICA_TOKEN } })
  expect(seen).toEqual([`Bearer ${MELTICA_TOKEN}`])
  expect(commands).toContain('curl')
  expect(commands).not.toContain(MELTICA_TOKEN)
})

/** The command lines of all processes that there are now. */
function commandLines(): string {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return ids.map(commandLine).join('\n')
}

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8')
  } catch {
    // it ended meanwhile
    return ''
  }
}

test('an unknown strategy, or a gateway that is none or not there, is told with what to do', async () => {
  expect(await run(['list', 'nope'])).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/"nope" not found\nhint: ./),
  })
  const nobody = await run(['list', 'grid'], { env: { MELTICA_API: 'http://127.0.0.1:1' } })
  expect([nobody.status, nobody.stderr]).toEqual([
    1,
    expect.stringMatching(
      /^error: no gateway answers at http:\/\/127\.0\.0\.1:1: .+\nhint: start one with meltica serve/,
    ),
  ])
  using other = Bun.serve({ port: 0, fetch: () => new Response('hello', { status: 404 }) })
  const stranger = await run(['list', 'grid'], { env: { MELTICA_API: other.url.href } })
  expect([stranger.status, stranger.stderr]).toEqual([1, expect.stringContaining('with 404\nhint: set MELTICA_API')])
})

test('a gateway on this machine is called past a proxy', async () => {
  const nowhere = 'http://127.0.0.1:1'
  const wanted = await run(['list', 'grid'])
  expect(wanted.status).toBe(0)
  for (const env of [{ http_proxy: nowhere }, { http_proxy: nowhere, NO_PROXY: 'example.org' }, { no_proxy: '*' }])
    expect(await run(['list', 'grid'], { env })).toEqual(wanted)
})

test('a certificate that nobody vouches for is told with how to trust it', async () => {
  const { certificate, key } = selfSigned()
  const module = { modules: [{ tagAliases: {} }] }
  using guarded = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    tls: { cert: certificate, key },
    fetch: () => Response.json(module),
  })
  const MELTICA_API = guarded.url.origin
  const { status, stderr } = await run(['list', 'grid'], { env: { MELTICA_API } })
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^error: the certificate of .+\nhint: .*CURL_CA_BUNDLE\n$/),
  ])
  const CURL_CA_BUNDLE = join(tools, 'certificate.pem')
  await Bun.write(CURL_CA_BUNDLE, certificate)
  expect((await run(['list', 'grid'], { env: { MELTICA_API, CURL_CA_BUNDLE } })).status).toBe(0)
})

for (const args of [
  [],
  ['list'],
  ['assign', 'grid', 'x'],
  ['nope', 'grid'],
  ['list', '..'],
  ['-x', 'list', 'grid'],
  ['-m'],
]) {
  test(`strategy-tags.sh ${args.join(' ')} is wrong usage: exit 2`, async () => {
    const { status, stdout } = await run(args)
    expect([status, stdout]).toEqual([2, ''])
  })
}

test('REFRESH and ALLOW_ORPHAN are true or false and nothing else', async () => {
  for (const name of ['REFRESH', 'ALLOW_ORPHAN'])
    expect(await run(['list', 'grid'], { env: { [name]: 'no' } })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(name),
    })
})

test('--help explains every command, with an example', async () => {
  const { status, stdout } = await run(['--help'])
  expect(status).toBe(0)
  for (const command of ['list', 'assign', 'delete', 'promote', 'history', 'rollback', 'Examples'])
    expect(stdout).toContain(command)
})
