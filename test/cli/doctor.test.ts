/** `meltica doctor`: what keeps a machine from running a gateway, beside a running one as well. */
import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createColors } from 'picocolors'
import { doctorCommand } from '../../src/cli/doctor/doctor'
import type { Finding } from '../../src/cli/doctor/finding'
import { startGateway, strategySource } from '../gateway'
import { selfSigned } from '../http/certificates'
import { lacks } from '../tools'
import { meltica } from './meltica'

setDefaultTimeout(60_000)

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(config = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-doctor-'))
  folders.push(folder)
  writeFileSync(join(folder, 'meltica.yaml'), config)
  return folder
}

interface Report {
  readonly exit: number
  readonly status: string
  readonly checks: readonly Finding[]
}

async function report(folder: string, ...args: string[]): Promise<Report> {
  const { status: exit, stdout, stderr } = await meltica(folder, 'doctor', '--format', 'json', ...args)
  expect(stderr).toBe('')
  const { status, checks } = JSON.parse(stdout)
  return { exit, status, checks }
}

/** What one check said. */
const of = ({ checks }: Report, check: string) =>
  checks.filter((one) => one.check === check).map(({ status, message }) => `${status} ${message}`)

const FREE = ['--listen', '127.0.0.1:0']

test('where all is well, everything is looked at and nothing left behind', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'data'))
  const found = await report(folder, ...FREE)
  expect(found.exit).toBe(0)
  expect([...new Set(found.checks.map(({ check }) => check))]).toEqual([
    'config',
    'port',
    'disk',
    'journal',
    'inputs',
    'limits',
    'kernel',
    'engine',
    'clock',
    'wall',
  ])
  expect(of(found, 'inputs')).toEqual(['ok data/inputs is not there yet'])
  expect(of(found, 'wall')).toEqual(['ok sandbox hosts give up files, connections, programs and signals to others'])
  expect(of(found, 'config')).toEqual(['ok meltica.yaml: no problem found'])
  expect(of(found, 'engine')).toEqual([expect.stringMatching(/^ok it compiles and runs strategies \(sha256:/)])
  expect(of(found, 'disk')).toEqual([
    expect.stringMatching(/^(ok|warn) .* are free for the data folder data$/),
    expect.stringMatching(/^(ok|warn) a write to the data folder data is durable after .* ms/),
    expect.stringMatching(/^(ok|warn) .* are free for the strategy home strategies$/),
    'ok the strategy home strategies is not there yet, and can be made',
  ])
  for (const { status, hint } of found.checks) expect(hint === undefined).toBe(status === 'ok')
  expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()).toEqual(['data', 'meltica.yaml'])
  const text = await meltica(folder, 'doctor', ...FREE)
  expect(text.stdout).toContain('ok    config    meltica.yaml: no problem found\n')
})

test('a part of the wall around sandbox hosts that is missing is told', async () => {
  const printed: string[] = []
  const command = doctorCommand({
    environment: { MELTICA_DATA: join(newFolder(), 'data') },
    now: Date.now,
    elapsed: () => performance.now(),
    print: (text) => void printed.push(text),
    colours: createColors(false),
    raiseWall: () => ['Landlock, for files (the kernel has none)', 'seccomp (the kernel refuses it)'],
    endWith: () => undefined,
  })
  await command.parseAsync(FREE, { from: 'user' })
  expect(printed.join('')).toContain(
    'warn  wall      the wall around sandbox hosts lacks Landlock, for files (the kernel has none) and seccomp (the kernel refuses it)\n',
  )
})

test('a configuration that cannot be read leaves the machine to be looked at', async () => {
  const found = await report(newFolder('listen: here\n'))
  expect([found.exit, found.status]).toEqual([1, 'fail'])
  expect(of(found, 'config')).toEqual(['fail meltica.yaml:1:9: listen "here" is not host:port, as 127.0.0.1:8880'])
  expect([...new Set(found.checks.map(({ check }) => check))]).toEqual([
    'config',
    'clock',
    'limits',
    'kernel',
    'engine',
    'wall',
  ])
  const text = await meltica(newFolder('one: 1\ntwo: 2\n'), 'doctor')
  expect(text.stdout.split('\n').slice(0, 2)).toEqual([
    'fail  config    meltica.yaml:1:1: one is unknown',
    '                meltica.yaml:2:1: two is unknown',
  ])
})

test('a configuration that cannot be carried out fails with each place', async () => {
  const found = await report(newFolder('providers: [ { name: nyse, adapter: { identifier: nyse } } ]\n'), ...FREE)
  expect(found.exit).toBe(1)
  expect(of(found, 'config')).toEqual([
    'fail meltica.yaml:1:51: providers[0].adapter.identifier: no adapter "nyse"; there are sim, replay',
  ])
})

test('a port that another program has is told', async () => {
  using other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello') })
  const found = await report(newFolder(), '--listen', `127.0.0.1:${other.port}`)
  expect(found.exit).toBe(1)
  expect(of(found, 'port')).toEqual([`fail another program listens on 127.0.0.1:${other.port}`])
})

test('an address that this machine does not have is told', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'cert.pem'), selfSigned().certificate)
  const { stderr } = await meltica(folder, 'token', 'create', 'one', '--file', 'tokens.yaml')
  expect(stderr).toContain('tokens.yaml')
  const found = await report(folder, '--listen', '192.0.2.1:8880', '--tokens', 'tokens.yaml')
  expect(of(found, 'port')).toEqual(['fail cannot listen on 192.0.2.1:8880: it is no address of this machine'])
})

test('folders that cannot be are told', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'file'), '')
  const found = await report(folder, ...FREE, '--data', 'file/data', '--strategies', 'file')
  expect(found.exit).toBe(1)
  expect(of(found, 'disk')).toEqual([
    `fail the data folder file/data cannot be made: ${folder}/file is a file`,
    `fail the strategy home file cannot be made: ${folder}/file is a file`,
  ])
})

describe('the journal', () => {
  async function stopped(): Promise<string> {
    const folder = newFolder()
    await using gateway = await startGateway({ folder })
    await gateway.upload(strategySource())
    return folder
  }

  test('of a gateway that was killed is read together with its log', async () => {
    const folder = newFolder()
    await using gateway = await startGateway({
      folder,
      config: 'providers: [ { name: sim, adapter: { identifier: sim } } ]\n',
    })
    await gateway.stop('SIGKILL')
    const wal = join(folder, 'data/meltica.db-wal')
    expect(statSync(wal).size).toBeGreaterThan(0)
    const stamp = statSync(wal, { bigint: true }).mtimeNs
    expect(of(await report(folder, ...FREE), 'journal')).toEqual([
      expect.stringMatching(/^ok data\/meltica.db is sound \(\d+ MiB\)$/),
    ])
    // where there is no place for a copy
    const place = { cwd: folder, env: { TMPDIR: join(folder, 'gone') } }
    const { stdout } = await meltica(place, 'doctor', '--format', 'json', ...FREE)
    const { message } = JSON.parse(stdout).checks.find(({ check }: Finding) => check === 'journal')
    expect(message).toMatch(/^data\/meltica.db is sound \(\d+ MiB, but for what is still in its log\)$/)
    expect(statSync(wal, { bigint: true }).mtimeNs).toBe(stamp)
  })

  test('that is damaged fails', async () => {
    const folder = await stopped()
    const path = join(folder, 'data/meltica.db')
    const file = openSync(path, 'r+')
    for (let at = 4096; at < statSync(path).size; at += 4096) writeSync(file, Buffer.alloc(64, 0xff), 0, 64, at)
    closeSync(file)
    const found = await report(folder, ...FREE)
    expect(found.exit).toBe(1)
    expect(of(found, 'journal')).toEqual([expect.stringMatching(/^fail data\/meltica.db is damaged/)])
    writeFileSync(path, 'this was a database')
    expect(of(await report(folder, ...FREE), 'journal')).toEqual([
      expect.stringMatching(/^fail data\/meltica.db is damaged/),
    ])
  })

  test('that was written later than now shows that the clock was set back', async () => {
    const folder = await stopped()
    const later = new Date(Date.now() + 3_600_000)
    utimesSync(join(folder, 'data/meltica.db'), later, later)
    const found = await report(folder, ...FREE)
    expect(found.exit).toBe(1)
    expect(of(found, 'clock')).toContainEqual(
      expect.stringMatching(/^fail the journal was written 3(600|59\d) s later than the clock says/),
    )
  })
})

test('a certificate that ends soon, and files that others can change, are told', async () => {
  const folder = newFolder()
  const at = (name: string) => join(folder, name)
  const write = (ends: number | Date) => {
    const { certificate, key } = selfSigned(ends)
    writeFileSync(at('cert.pem'), certificate)
    writeFileSync(at('key.pem'), key)
    chmodSync(at('key.pem'), 0o600)
  }
  await meltica(folder, 'token', 'create', 'one', '--file', 'tokens.yaml')
  const flags = [...FREE, '--tls-cert', 'cert.pem', '--tls-key', 'key.pem', '--tokens', 'tokens.yaml']
  write(new Date(Date.now() + 10.5 * 86_400_000))
  const soon = await report(folder, ...flags)
  expect(of(soon, 'tls')).toEqual([expect.stringMatching(/^warn the certificate cert.pem ends on .*, in 10 days$/)])
  expect(of(soon, 'tokens')).toEqual(['ok tokens.yaml has 1 token'])
  write(new Date(Date.now() - 86_400_000))
  chmodSync(at('key.pem'), 0o644)
  chmodSync(at('tokens.yaml'), 0o666)
  const ended = await report(folder, ...flags)
  expect(ended.exit).toBe(1)
  expect(of(ended, 'tls')).toEqual([
    expect.stringMatching(/^fail the certificate cert.pem ends on .*: it has ended$/),
    'warn everybody may read the key key.pem',
  ])
  expect(of(ended, 'tokens')).toEqual(['ok tokens.yaml has 1 token', 'fail others may write the file tokens.yaml'])
})

test.skipIf(lacks('proc'))(
  'beside a running gateway it is of that gateway that it speaks, and disturbs nothing',
  async () => {
    await using gateway = await startGateway({
      config: 'providers: [ { name: sim, adapter: { identifier: sim, config: { intervalMs: 1 } } } ]\n',
    })
    const { hash } = await gateway.upload(strategySource())
    const scope = { sim: { symbols: ['BTC-USDT'] } }
    const body = { id: 'one', strategy: { identifier: `grid@${hash}` }, scope, autostart: true }
    expect((await gateway.post('/strategy/instances', body)).status).toBe(201)
    const { host } = new URL(gateway.url)
    for (let times = 0; times < 3; times++) {
      const found = await report(gateway.folder, '--listen', host)
      const failed = found.checks.filter(({ status }) => status === 'fail')
      expect(failed).toEqual([])
      expect(of(found, 'port')).toEqual([`ok the gateway that runs, process ${gateway.child.pid}, answers on ${host}`])
      expect(of(found, 'journal')).toEqual([expect.stringMatching(/^ok data\/meltica.db is sound \(\d+ MiB\)$/)])
      expect(of(found, 'limits')[0]).toMatch(/may be open, of which the gateway has \d+ open$/)
      expect(of(found, 'inputs')).toEqual([
        expect.stringMatching(/^(ok|warn) data\/inputs has \d+ MiB; 1.0 GiB may be kept, and .* are free$/),
        expect.stringMatching(
          /^ok data\/inputs has \d segments? of logs and \d checkpoints?, and can be read where each begins; meltica doctor --deep reads them whole$/,
        ),
      ])
    }
    const elsewhere = newFolder()
    expect(of(await report(elsewhere, '--listen', host), 'port')).toEqual([
      `fail a gateway with another strategy home answers on ${host}`,
    ])
    expect((await gateway.get('/readyz')).body).toEqual({ status: 'ready', problems: [] })
    expect((await gateway.get('/strategy/instances/one')).body.state).toBe('running')
    expect(gateway.stderr).not.toMatch(/warn|error/i)

    await gateway.stop('SIGKILL')
    const inputs = join(gateway.folder, 'data/inputs')
    const [log = ''] = readdirSync(inputs, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.log'),
    )
    const file = openSync(join(inputs, log), 'r+')
    writeSync(file, Buffer.alloc(64, 0xff), 0, 64, 8)
    closeSync(file)
    const [room, damage] = of(await report(gateway.folder, ...FREE, '--deep'), 'inputs')
    expect(room).toMatch(/^(ok|warn) data\/inputs has /)
    expect(damage).toMatch(
      /^warn of .* not all can be read\ndata\/inputs\/\d: segment 0 of the log is damaged at byte 0$/,
    )
  },
)
