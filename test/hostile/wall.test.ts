/** The wall around a sandbox host: who has broken out of WebAssembly is refused nearly everything, and honest work goes on. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource } from '../gateway'
import { built } from '../hosts/built'
import { Hosts, type HostsOptions } from '../hosts/hosts'
import { lacks } from '../tools'
import { until } from '../until'
import { FORBIDDEN, NEEDED, PRIVILEGED, type Scene } from './attempts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

const NOTHING = { socket: { data: () => undefined } }
const opened = new AsyncDisposableStack()
afterAll(() => opened.disposeAsync())

const home = mkdtempSync(join(tmpdir(), 'meltica-wall-test-'))
opened.defer(() => rmSync(home, { recursive: true, force: true }))
let program: string[]
let port: number
beforeAll(async () => {
  const tcp = Bun.listen({ hostname: '127.0.0.1', port: 0, ...NOTHING })
  opened.defer(() => tcp.stop(true))
  port = tcp.port
  program = await built('../hostile/walled-host', home)
})

interface Attackers {
  readonly hosts: Hosts
  readonly scene: Scene
  /** What the gateway logs but for good news. */
  readonly logged: string[]
}

/** Hosts that try what they are told. @param lacking what their kernel lacks. */
async function attackers(
  lacking: 'landlock' | 'everything' | 'nothing',
  options: HostsOptions = {},
): Promise<Attackers> {
  const inputs = join(home, lacking)
  const scene = { own: join(inputs, '0'), other: join(inputs, 'other'), port, socket: join(home, `${lacking}.socket`) }
  mkdirSync(scene.other, { recursive: true })
  for (const name of ['kept', 'spare']) writeFileSync(join(scene.other, name), name)
  const listener = Bun.listen({ unix: scene.socket, ...NOTHING })
  opened.defer(() => listener.stop(true))
  const logged: string[] = []
  const hosts = await Hosts.start({
    command: [...program, JSON.stringify(scene), lacking],
    log: (level, message) => void (level !== 'info' && logged.push(message)),
    ...options,
  })
  opened.use(hosts)
  hosts.pool.confineTo(inputs)
  await hosts.pool.record(inputs)
  return { hosts, scene, logged }
}

async function attempt({ hosts }: Attackers, name: string): Promise<string> {
  const compiled = await hosts.pool.compiler.compile(new TextEncoder().encode(`attempt ${name}`))
  return 'diagnostics' in compiled ? compiled.diagnostics.map(({ message }) => message).join() : 'it was compiled'
}

async function killed(hosts: Hosts): Promise<void> {
  const { pid } = hosts
  process.kill(pid, 'SIGKILL')
  await until(() => hosts.pid !== 0 && hosts.pid !== pid)
}

describe.skipIf(process.platform !== 'linux')('behind the wall', () => {
  let walled: Attackers
  beforeAll(async () => {
    walled = await attackers('nothing')
  })

  test.each(Object.entries(FORBIDDEN))('nobody can %s', async (name, [, error]) => {
    expect(await attempt(walled, name)).toBe(error)
  })

  test.each(Object.keys(PRIVILEGED))('nobody can %s, whoever it is', async (name) => {
    expect(await attempt(walled, name)).toBe('EPERM')
  })

  test.each(Object.keys(NEEDED))('it can still %s', async (name) => {
    expect(await attempt(walled, name)).toBe('done')
  })

  test('strategies are compiled, run, and go on where they were when their host is killed, behind a wall again', async () => {
    const { hosts, scene, logged } = walled
    const heard = await hosts.launch('counts', `let seen = 0; return { onTrade() { helpers.log(++seen) } }`)
    hosts.pool.publish([hosts.trade('1'), hosts.trade('2')], true)
    await heard.until(({ printed }) => printed.length === 2)
    await killed(hosts)
    hosts.pool.publish([hosts.trade('3')], true)
    await heard.until(({ printed }) => printed.length === 3)
    expect([heard.printed, heard.restarts]).toEqual([['1', '2', '3'], []])
    expect(readdirSync(scene.own)).toContain('0000000000.log')
    expect(await attempt(walled, 'read /etc/passwd')).toBe('EACCES')
    expect(logged).toEqual(['a sandbox host died: it was killed by SIGKILL'])
    await hosts.pool.stop('counts')
  })

  test('without it all of that is done', async () => {
    const bare = await attackers('everything')
    const outcomes: Record<string, string> = {}
    for (const name of [...Object.keys(FORBIDDEN), ...Object.keys(NEEDED)]) outcomes[name] = await attempt(bare, name)
    expect(outcomes).toEqual(Object.fromEntries(Object.keys(outcomes).map((name) => [name, 'done'])))
  })

  test('where the kernel has no Landlock, one line says so, and the rest of it stands', async () => {
    const partly = await attackers('landlock', { count: 2 })
    await until(() => partly.logged.length > 0)
    await killed(partly.hosts)
    expect(await attempt(partly, 'read /etc/passwd')).toBe('done')
    expect(await attempt(partly, 'make a socket')).toBe('EPERM')
    await partly.hosts.pool.record(join(home, 'landlock'))
    expect(partly.logged).toEqual([
      'the wall around sandbox hosts lacks Landlock, for files (the kernel has none, or has it switched off)',
      'a sandbox host died: it was killed by SIGKILL',
    ])
  })
})

/** A host is behind the wall with every thread, has nothing open that it does not need, and leaves no dump. */
function expectWalled(pid: number, inputs: string): void {
  const process = `/proc/${pid}`
  const threads = readdirSync(join(process, 'task')).map((id) => statusOf(join(process, 'task', id)))
  expect(threads).toEqual(threads.map(() => ['1', '2']))
  const open = readdirSync(join(process, 'fd')).map((fd) => readlinkSync(join(process, 'fd', fd)))
  const needed = ['/dev/null', `${process}/statm`, join(inputs, '0000000000.log'), '/memfd:new sandbox (deleted)']
  expect(open.filter((what) => !needed.includes(what) && !/^(socket|anon_inode):/.test(what))).toEqual([])
  const limits = readFileSync(join(process, 'limits'), 'latin1')
  expect(limits).toMatch(/^Max core file size +1 +1 /m)
  expect(limits).toMatch(/^Max open files +256 +256 /m)
}

/** What the system tells of a thread: its privileges and its filter of system calls. */
const statusOf = (task: string) => {
  const status = readFileSync(join(task, 'status'), 'latin1')
  return ['NoNewPrivs', 'Seccomp'].map((name) => new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1])
}

/** The processes that one has started. */
const childrenOf = (pid: number): number[] =>
  readdirSync('/proc').flatMap((name) => {
    const status = join('/proc', name, 'status')
    return /^\d+$/.test(name) && existsSync(status) && readFileSync(status, 'latin1').includes(`\nPPid:\t${pid}\n`)
      ? [Number(name)]
      : []
  })

describe.skipIf(lacks('proc'))('the program', () => {
  test('from its sources raises it', async () => {
    const logged: string[] = []
    const folder = mkdtempSync(join(home, 'program-'))
    await using hosts = await Hosts.start({ log: (_, message) => void logged.push(message) })
    hosts.pool.confineTo(folder)
    await hosts.pool.record(folder)
    expectWalled(hosts.pid, join(folder, '0'))
    expect(logged).toEqual([])
  })

  test('as users run it raises it before anything is compiled, also for its configuration', async () => {
    const folder = mkdtempSync(join(home, 'gateway-'))
    const strategy = { identifier: 'grid', config: { dry_run: true } }
    const config = JSON.stringify({
      providers: [{ name: 'sim', adapter: { identifier: 'sim' } }],
      lambdaManifest: { lambdas: [{ id: 'one', strategy, scope: { sim: { symbols: ['BTC-USDT'] } } }] },
    })
    {
      await using first = await startGateway({ folder })
      await first.upload(strategySource())
    }
    // nothing of what was known of it is known any more
    rmSync(join(folder, 'strategies', '.meltica'), { recursive: true })
    await using gateway = await startGateway({ folder, config })
    expect(gateway.stderr).not.toContain('sandbox host')
    const [host = 0] = childrenOf(gateway.child.pid)
    expectWalled(host, join(folder, 'data/inputs/0'))
  })
})
