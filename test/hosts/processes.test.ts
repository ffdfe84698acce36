import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HostPool, type PoolOptions } from '../../src/hosts/pool'
import { checkToHost } from '../../src/protocol/check'
import { FrameReader } from '../../src/protocol/frames'
import type { ToHost } from '../../src/protocol/messages'
import { lacks } from '../tools'
import { until } from '../until'
import { Hosts, processes } from './hosts'

const elapsed = () => performance.now()

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('hosts end by themselves when their gateway is killed', async () => {
  const script = fileURLToPath(new URL('gateway.ts', import.meta.url))
  const gateway = Bun.spawn([process.execPath, script], { stdout: 'pipe' })
  const reader = gateway.stdout.getReader()
  const { value } = await reader.read()
  const pids = JSON.parse(new TextDecoder().decode(value)) as number[]
  expect(pids.map(alive)).toEqual([true, true])
  gateway.kill('SIGKILL')
  await until(() => !pids.some(alive))
})

test.skipIf(process.platform !== 'linux')(
  'hosts end with their gateway also while a signal has stopped them',
  async () => {
    const script = fileURLToPath(new URL('gateway.ts', import.meta.url))
    const gateway = Bun.spawn([process.execPath, script], { stdout: 'pipe' })
    const reader = gateway.stdout.getReader()
    const { value } = await reader.read()
    const pids = JSON.parse(new TextDecoder().decode(value)) as number[]
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    gateway.kill('SIGKILL')
    await until(() => !pids.some(alive))
  },
)

test('hosts outlive a Ctrl-C, which is the affair of the gateway, and end with the pool', async () => {
  const hosts = await Hosts.start()
  const { pid } = hosts
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal)
  const heard = await hosts.launch('after', `helpers.log('alive'); return {}`)
  await heard.until(({ printed }) => printed.length === 1)
  expect(hosts.pid).toBe(pid)
  await hosts[Symbol.asyncDispose]()
  expect(alive(pid)).toBe(false)
})

test('a pool whose hosts do not come up says what they said', async () => {
  const said: string[] = []
  const command = [process.execPath, '-e', `console.error('no engine'); process.exit(3)`]
  const start = HostPool.start({
    connect: processes({ command }),
    count: 1,
    log: (_, message) => void said.push(message),
    now: Date.now,
    elapsed,
  })
  expect(start).rejects.toThrow('it ended with status 3')
  await until(() => said.includes('sandbox host: no engine'))
})

test('a host is told first how often to save, and how much may wait', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-hello-'))
  const file = join(folder, 'heard')
  const command = ['sh', '-c', `dd bs=64k count=1 <&3 >'${file}'`]
  const settings = async (options: Partial<PoolOptions>) => {
    const connect = processes({ command })
    await using pool = HostPool.open({ connect, count: 1, log: () => undefined, now: Date.now, elapsed, ...options })
    await pool.up.catch(() => undefined)
    const heard: ToHost[] = []
    new FrameReader(checkToHost, (message) => void heard.push(message)).push(readFileSync(file))
    const [first] = heard
    return first?.kind === 'hello' ? first.settings : undefined
  }
  expect(await settings({})).toEqual({
    saveEveryMs: 1000,
    maxWaiting: 4096,
    maxWaitingBytes: 1_048_576,
    mostRedoMs: 500,
  })
  const own = { saveEveryMs: 5, maxWaiting: 6, maxWaitingBytes: 7, mostRedoMs: 500 }
  expect(await settings(own)).toEqual(own)
  rmSync(folder, { recursive: true })
})

test('what is compiled while the hosts come up waits for them', async () => {
  await using pool = HostPool.open({ connect: processes(), count: 1, log: () => undefined, now: Date.now, elapsed })
  const compilation = await pool.compiler.compile(new TextEncoder().encode('module.exports = {}'))
  expect(Object.keys(compilation)).toEqual(['diagnostics'])
  await pool.up
})

test('what is compiled while no host comes up is refused', async () => {
  const command = [process.execPath, '-e', 'process.exit(3)']
  await using pool = HostPool.open({
    connect: processes({ command }),
    count: 1,
    log: () => undefined,
    now: Date.now,
    elapsed,
  })
  expect(pool.compiler.compile(new Uint8Array())).rejects.toThrow('no sandbox host has come up')
  expect(pool.up).rejects.toThrow('it ended with status 3')
  await pool.up.catch(() => undefined)
})

test.skipIf(lacks('proc'))('hosts get nothing of the environment of the gateway', async () => {
  process.env.MELTICA_SECRET = 'hidden'
  await using hosts = await Hosts.start()
  const environment = await Bun.file(`/proc/${hosts.pid}/environ`).text()
  delete process.env.MELTICA_SECRET
  expect(environment.split('\0').filter(Boolean)).not.toContain('MELTICA_SECRET=hidden')
})
