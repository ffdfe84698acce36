/** Who is blamed for the death of a host: whoever was at work in one that died of its work, and nobody for a kill from outside. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../until'
import { built } from './built'
import { type Heard, Hosts, type HostsOptions, scope, strategy } from './hosts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(120_000)

let home: string
let command: string[]
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'meltica-blame-'))
  command = await built('doomed-host', home)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const SPEAKS = `return { onTrade(ctx, evt, payload, price) { helpers.log(price) } }`
const DOOMED_SCOPE = { scope: [scope('sim', ['DOOM-USDT'])] }

class Doom implements AsyncDisposable {
  private deaths = 0

  private constructor(
    readonly hosts: Hosts,
    private readonly folder: string,
  ) {}

  static async start(options: HostsOptions = {}): Promise<Doom> {
    const folder = mkdtempSync(join(home, 'ways-'))
    mkdirSync(folder, { recursive: true })
    const mortal = [...command, folder]
    return new Doom(
      await Hosts.start({ command: mortal, heartbeatMs: 60_000, saveEveryMs: 60_000_000, ...options }),
      folder,
    )
  }

  /** The next deaths, in their order. */
  prepare(...ways: readonly string[]): void {
    for (const way of ways) writeFileSync(join(this.folder, `${String(this.deaths++).padStart(4, '0')}-${way}`), '')
  }

  /** While the one that trades the symbol is at work. */
  async die(way: string, symbol = 'DOOM-USDT'): Promise<void> {
    const { restarts } = this.hosts.pool.hosts()[0]!
    this.prepare(way)
    this.hosts.publish(this.hosts.trade('1', { symbol }))
    await until(() => this.hosts.pool.hosts()[0]!.restarts > restarts && this.hosts.pid !== 0)
  }

  /** What the others can do still. */
  async expectAlive(heard: Heard, symbol = 'BTC-USDT'): Promise<void> {
    const before = heard.printed.length
    this.hosts.publish(this.hosts.trade('5', { symbol }))
    await heard.until(({ printed }) => printed.length > before)
    expect(heard.failures).toEqual([])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hosts[Symbol.asyncDispose]()
  }
}

describe.each([
  ['SIGSEGV', 'it was killed by SIGSEGV'],
  ['exit', 'it ended with status 7'],
])('an instance at whose work a host dies of %s', (way, reason) => {
  test('is given up at the third time within a minute, and not before; the others go on', async () => {
    await using doom = await Doom.start()
    const calm = await doom.hosts.launch('calm', SPEAKS)
    const doomed = await doom.hosts.launch('doomed', SPEAKS, DOOMED_SCOPE)
    for (let death = 1; death <= 2; death++) {
      await doom.die(way)
      await doomed.until(({ restarts }) => restarts.length === death)
      expect([doomed.failures, doomed.restarts.at(-1)]).toEqual([[], reason])
    }
    await doom.die(way)
    expect(doomed.failures).toEqual([`its sandbox host died under it again and again: ${reason}`])
    expect(doom.hosts.pool.running('doomed')).toBe(false)
    await doom.expectAlive(calm)
    expect(doom.hosts.pool.hosts()[0]).toMatchObject({ instances: 1, restarts: 3 })
  })
})

test('an instance in which a host hangs three times is given up', async () => {
  await using doom = await Doom.start({ heartbeatMs: 400 })
  const doomed = await doom.hosts.launch('doomed', SPEAKS, DOOMED_SCOPE)
  for (let death = 1; death <= 3; death++) await doom.die('hang')
  await doomed.until(({ failures }) => failures.length === 1)
  expect(doomed.failures).toEqual([
    'its sandbox host died under it again and again: it said nothing for 400 ms and was killed',
  ])
})

test('whoever kills hosts from outside, and however often, ends no instance', async () => {
  await using doom = await Doom.start()
  const calm = await doom.hosts.launch('calm', SPEAKS)
  const doomed = await doom.hosts.launch('doomed', SPEAKS, DOOMED_SCOPE)
  const ways = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGUSR1']
  for (const [death, way] of ways.entries()) {
    await doom.die(way)
    await doomed.until(({ restarts }) => restarts.length === death + 1)
  }
  expect(doomed.restarts).toEqual(ways.map((way) => `it was killed by ${way}`))
  await doom.expectAlive(calm)
  await doom.expectAlive(doomed, 'DOOM-USDT')
})

test('deaths that are more than a minute apart are forgotten', async () => {
  let minutes = 0
  await using doom = await Doom.start({ elapsed: () => minutes * 60_001 })
  const doomed = await doom.hosts.launch('doomed', SPEAKS, DOOMED_SCOPE)
  for (let death = 1; death <= 4; death++) {
    await doom.die('SIGSEGV')
    await doomed.until(({ restarts }) => restarts.length === death)
    minutes++
  }
  await doom.expectAlive(doomed, 'DOOM-USDT')
})

describe('a host that the machine kills for want of memory', () => {
  const outOfMemory = () => {
    let kills = 0
    return () => kills++
  }

  test('tells against nobody while several share it, but whoever was at work is started again last', async () => {
    await using doom = await Doom.start({ oomKills: outOfMemory() })
    const doomed = await doom.hosts.launch('doomed', SPEAKS, DOOMED_SCOPE)
    const calm = await doom.hosts.launch('calm', SPEAKS)
    const order: string[] = []
    for (const [id, heard] of Object.entries({ doomed, calm })) {
      const accounts = heard.accounts.bind(heard)
      heard.accounts = () => {
        order.push(id)
        return accounts()
      }
    }
    for (let death = 1; death <= 4; death++) {
      await doom.die('SIGKILL')
      await doomed.until(({ restarts }) => restarts.length === death)
    }
    expect(order).toEqual(Array.from({ length: 4 }, () => ['calm', 'doomed']).flat())
    expect(doomed.restarts.at(-1)).toBe('it was killed because the machine had run out of memory')
    await doom.expectAlive(doomed, 'DOOM-USDT')
  })

  test('tells against the one that is alone in it', async () => {
    await using doom = await Doom.start({ oomKills: outOfMemory() })
    const doomed = await doom.hosts.launch('doomed', SPEAKS, DOOMED_SCOPE)
    for (let death = 1; death <= 3; death++) await doom.die('SIGKILL')
    await doomed.until(({ failures }) => failures.length === 1)
  })
})

test('those under suspicion are started again last, the most suspicious of them at the very end', async () => {
  await using doom = await Doom.start()
  const bodies: [string, string, string][] = [
    ['twice', SPEAKS, 'TWICE-USDT'],
    ['once', SPEAKS, 'DOOM-USDT'],
    ['never', SPEAKS, 'BTC-USDT'],
  ]
  const order: string[] = []
  const all = new Map<string, Heard>()
  for (const [id, body, symbol] of bodies) {
    const heard = await doom.hosts.launch(id, body, { scope: [scope('sim', [symbol])] })
    const accounts = heard.accounts.bind(heard)
    heard.accounts = () => {
      order.push(id)
      return accounts()
    }
    all.set(id, heard)
  }
  const restarted = (count: number) =>
    Promise.all([...all.values()].map((heard) => heard.until(({ restarts }) => restarts.length === count)))
  for (const [death, symbol] of ['TWICE-USDT', 'TWICE-USDT', 'DOOM-USDT'].entries()) {
    await doom.die('SIGSEGV', symbol)
    await restarted(death + 1)
  }
  expect(order.slice(-3)).toEqual(['never', 'once', 'twice'])
})

test('a source at whose compilation hosts die of their work is refused at the second time, and not for other deaths', async () => {
  await using doom = await Doom.start()
  const outcome = async (...ways: string[]) => {
    const source = `/* deadly to compile */ ${strategy('return {}')}`
    const before = doom.hosts.pool.hosts()[0]!.restarts
    doom.prepare(...ways)
    const compilation = await doom.hosts.pool.compiler.compile(new TextEncoder().encode(source))
    const reasons = 'diagnostics' in compilation ? compilation.diagnostics.map(({ message }) => message) : []
    return [reasons, doom.hosts.pool.hosts()[0]!.restarts - before]
  }
  expect(await outcome('SIGKILL', 'SIGSEGV', 'SIGKILL')).toEqual([[], 3])
  expect(await outcome('SIGSEGV', 'SIGSEGV')).toEqual([['the module ends the process that evaluates it'], 2])
})

test('a death is said with its reason and whoever was at work', async () => {
  const said: unknown[] = []
  await using doom = await Doom.start({ log: (...line) => void said.push(line) })
  await doom.hosts.launch('doomed', SPEAKS, DOOMED_SCOPE)
  await doom.die('SIGTERM')
  expect(said).toEqual([['warn', 'a sandbox host died: it was killed by SIGTERM', { running: 'doomed' }]])
  process.kill(doom.hosts.pid, 'SIGKILL')
  await until(() => said.length === 2)
  expect(said[1]).toEqual(['warn', 'a sandbox host died: it was killed by SIGKILL', {}])
})

describe('what is created when its host dies', () => {
  test('is created in the next one when the host was killed from outside, launched or rolled', async () => {
    await using doom = await Doom.start()
    doom.prepare(...Array.from({ length: 5 }, () => 'SIGKILL'))
    const heard = await doom.hosts.launch('one', SPEAKS)
    doom.prepare(...Array.from({ length: 5 }, () => 'SIGKILL'))
    const rolled = `return { onTrade() { helpers.log('rolled') } }`
    await doom.hosts.pool.roll(await doom.hosts.spec('one', rolled))
    await doom.expectAlive(heard)
    expect(heard.printed).toEqual(['rolled'])
    expect(doom.hosts.pool.hosts()[0]).toMatchObject({ instances: 1, restarts: 10 })
  })

  test('is refused when a launch crashes its host three times', async () => {
    await using doom = await Doom.start()
    doom.prepare('SIGSEGV', 'SIGSEGV', 'SIGSEGV')
    const launch = doom.hosts.launch('one', SPEAKS)
    expect(launch).rejects.toThrow('creating it killed its sandbox host again and again')
    await launch.catch(() => undefined)
    expect(doom.hosts.pool.hosts()[0]).toMatchObject({ instances: 0, restarts: 3 })
  })

  test('is refused when a roll crashes its host, and what ran before is not to blame however often it is tried', async () => {
    await using doom = await Doom.start()
    const heard = await doom.hosts.launch('one', SPEAKS)
    for (let attempt = 1; attempt <= 4; attempt++) {
      doom.prepare('SIGSEGV')
      const roll = doom.hosts.pool.roll(await doom.hosts.spec('one', 'return {}'))
      expect(roll).rejects.toThrow('creating it killed its sandbox host: it was killed by SIGSEGV')
      await roll.catch(() => undefined)
      await heard.until(({ restarts }) => restarts.length === attempt)
    }
    await doom.expectAlive(heard)
  })
})

test('where inputs are kept, who has killed its host starts anew, for it would do it again; the others go on where they were', async () => {
  await using doom = await Doom.start()
  const { hosts } = doom
  await hosts.pool.record(join(home, 'inputs'))
  const counts = 'let seen = 0; return { onTrade() { helpers.log(++seen) } }'
  const doomed = await hosts.launch('doomed', counts, DOOMED_SCOPE)
  const other = await hosts.launch('other', counts)
  hosts.publish(hosts.trade('1'))
  await other.until(({ printed }) => printed.length === 1)
  await doom.die('SIGSEGV')
  await doomed.until(({ restarts }) => restarts.length === 1)
  hosts.publish(hosts.trade('2'))
  await other.until(({ printed }) => printed.length === 2)
  expect([other.restarts, other.printed]).toEqual([[], ['1', '2']])
})
