/** One host after the other, when they do not come up, do not end, or are closed meanwhile. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../until'
import { HOST_COMMAND, Hosts, type HostsOptions, strategy } from './hosts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-supervisor-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let pools = 0

/** Hosts that note their process ids, that fail or wait when they are told to, and what was said of them. */
async function started(options: HostsOptions = {}) {
  const home = join(folder, `${++pools}`)
  const [pids, fails, waits] = [`${home}-pids`, `${home}-fails`, `${home}-waits`]
  const script = `echo $$ >>${pids}
    if [ -e ${fails} ]; then rm ${fails}; exit 3; fi
    while [ -e ${waits} ]; do sleep 0.05; done
    exec "$@"`
  const said: string[] = []
  const hosts = await Hosts.start({
    command: ['sh', '-c', script, 'sh', ...HOST_COMMAND],
    log: (level, message) => void said.push(`${level} ${message}`),
    heartbeatMs: 60_000,
    ...options,
  })
  return {
    hosts,
    said,
    failNext: () => writeFileSync(fails, ''),
    hold: () => writeFileSync(waits, ''),
    pids: () => readFileSync(pids, 'utf8').trim().split('\n').map(Number),
    [Symbol.asyncDispose]: () => hosts[Symbol.asyncDispose](),
  }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a host that does not come up again is tried again, and said to be; what waits for it comes in the end', async () => {
  await using pool = await started()
  const { hosts, said } = pool
  const heard = await hosts.launch('patient', `return { onTrade(ctx, evt, payload, price) { helpers.log(price) } }`)
  pool.failNext()
  process.kill(hosts.pid, 'SIGKILL')
  await until(() => hosts.pid === 0)
  hosts.publish(hosts.trade('1'))
  const launched = hosts.launch('late', 'return {}')
  await heard.until(({ printed }) => printed.length === 1)
  await launched
  expect(said).toEqual([
    'warn a sandbox host died: it was killed by SIGKILL',
    expect.stringMatching(/^error a sandbox host did not come up: .*it ended with status 3$/),
  ])
  expect([pool.pids().length, hosts.pool.hosts()[0]!.restarts]).toEqual([3, 1])
})

test('a pool that is closed while its host comes up leaves no process and says nothing; whoever waits is told', async () => {
  await using pool = await started()
  const { hosts, said } = pool
  pool.hold()
  process.kill(hosts.pid, 'SIGKILL')
  await until(() => pool.pids().length === 2)
  const source = new TextEncoder().encode(strategy('return {}'))
  const refusal = hosts.pool.compiler.compile(source).catch((error: unknown) => String(error))
  await hosts[Symbol.asyncDispose]()
  expect(await refusal).toBe('Error: the sandbox hosts are closed')
  await until(() => !pool.pids().some(alive))
  expect(pool.pids()).toHaveLength(2)
  expect(said).toEqual(['warn a sandbox host died: it was killed by SIGKILL'])
})

test('the end of a host that was closed is no death', async () => {
  await using pool = await started()
  const { hosts, said } = pool
  await hosts[Symbol.asyncDispose]()
  expect([said, pool.pids().map(alive), hosts.pool.hosts()[0]!.restarts]).toEqual([[], [false], 0])
})

test('a host that does not end by itself is killed', async () => {
  await using pool = await started()
  process.kill(pool.hosts.pid, 'SIGSTOP')
  await pool.hosts[Symbol.asyncDispose]()
  expect([pool.pids().map(alive), pool.said]).toEqual([[false], []])
})

test('a host that takes longer to come up than it may be silent later is waited for', async () => {
  // far less than a process needs to start
  await using pool = await started({ heartbeatMs: 20 })
  expect(pool.said).toEqual([])
})
