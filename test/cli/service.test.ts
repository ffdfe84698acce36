/** A gateway as a service: what the service manager hears of its life, by the protocol of sd_notify(3). */
import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchGateway, startGateway } from '../gateway'
import { lacks } from '../tools'
import { until } from '../until'
import { NotifyReceiver } from './notify-receiver'

setDefaultTimeout(60_000)

const folder = () => mkdtempSync(join(tmpdir(), 'meltica-service-'))
const folders: string[] = []
afterEach(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true })
})

function inFolder(): string {
  const made = folder()
  folders.push(made)
  return join(made, 'notify')
}

const isLinux = process.platform === 'linux'

describe.skipIf(!isLinux)('the service manager', () => {
  test.each([
    ['at a path', inFolder],
    ['in the abstract namespace', () => `@meltica-test-${process.pid}`],
  ])('%s hears of the start when calls are answered, of a reload, and of the stop before it is over', async (_, at) => {
    using manager = new NotifyReceiver(at())
    await using gateway = launchGateway({ env: { NOTIFY_SOCKET: manager.path } })
    const ready = await manager.next('READY=1')
    // the two pipes are read each in its time
    await gateway.ready
    expect(ready).toBe(`READY=1\nSTATUS=listening on ${gateway.url}; instances: 0`)
    expect((await gateway.get('/readyz')).status).toBe(200)

    gateway.child.kill('SIGHUP')
    const [, us] = /^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(await manager.next('RELOADING=1')) ?? []
    // by the same clock, which began with the machine
    const nowUs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1e6
    expect(Math.abs(nowUs - Number(us))).toBeLessThan(60e6)
    expect(await manager.next('READY=1')).toBe('READY=1')
    expect((await gateway.get('/healthz')).status).toBe(200)

    gateway.child.kill('SIGTERM')
    expect(await manager.next('STOPPING=1')).toBe('STOPPING=1\nSTATUS=stopping')
    expect(await gateway.exited()).toBe(0)
    manager.take()
    expect(manager.heard).toEqual([])
  })

  test.skipIf(lacks('proc'))('is heard of by the gateway alone: what that starts knows nothing of it', async () => {
    using manager = new NotifyReceiver(inFolder())
    await using gateway = launchGateway({ env: { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: '60000000' } })
    await manager.next('READY=1')
    const { stdout } = Bun.spawnSync(['pgrep', '-P', String(gateway.child.pid)])
    const children = stdout.toString().trim().split('\n')
    expect(children.length).toBeGreaterThan(0)
    for (const pid of children) expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toMatch(/NOTIFY|WATCHDOG/)
  })

  test('is told that it goes on as long as the loop of the gateway turns, and no longer', async () => {
    using manager = new NotifyReceiver(inFolder())
    await using gateway = launchGateway({ env: { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: '300000' } })
    await manager.next('READY=1')
    await gateway.ready
    expect(await manager.next('WATCHDOG=1')).toBe(`WATCHDOG=1\nSTATUS=listening on ${gateway.url}; instances: 0`)
    await manager.next('WATCHDOG=1')
    gateway.child.kill('SIGSTOP')
    await until(() => /^State:\s+T/m.test(readFileSync(`/proc/${gateway.child.pid}/status`, 'utf8')))
    manager.take()
    manager.heard.splice(0)
    // as a service manager waits: three times as long as it takes to be told
    await Bun.sleep(300)
    manager.take()
    expect(manager.heard).toEqual([])
    gateway.child.kill('SIGCONT')
    await manager.next('WATCHDOG=1')
  })

  test('is told of nothing more where it asked another process for signs of life', async () => {
    using manager = new NotifyReceiver(inFolder())
    const env = { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: '3000', WATCHDOG_PID: '1' }
    await using gateway = launchGateway({ env })
    await manager.next('READY=1')
    for (let calls = 0; calls < 20; calls++) await gateway.get('/healthz')
    manager.take()
    expect(manager.heard).toEqual([])
  })

  test('that does not listen, or in no way that is known, keeps nothing from being served', async () => {
    const gone = inFolder()
    for (const NOTIFY_SOCKET of [gone, 'vsock:2:1234', `/${'long'.repeat(40)}`]) {
      await using gateway = await startGateway({ env: { NOTIFY_SOCKET } })
      expect((await gateway.get('/healthz')).status).toBe(200)
      const isTold = gateway.stderr.includes('the service manager is not told of anything: NOTIFY_SOCKET is no socket')
      expect(isTold).toBe(NOTIFY_SOCKET !== gone)
      expect(await gateway.stop()).toBe(0)
    }
    expect(existsSync(gone)).toBe(false)
  })
})

test.skipIf(lacks('proc'))('a signal to read again what there is not ends no service', async () => {
  using manager = new NotifyReceiver(inFolder())
  await using gateway = launchGateway({ env: { NOTIFY_SOCKET: manager.path } })
  await manager.next('READY=1')
  gateway.child.kill('SIGHUP')
  await manager.next('RELOADING=1')
  expect((await gateway.get('/readyz')).status).toBe(200)
})
