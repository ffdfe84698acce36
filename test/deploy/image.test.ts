/** The image: what its file says can be done here, and the gateway runs in what it makes, without rights or a shell. */
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BINARY, binaryIsOld } from '../binary'
import { skipped } from '../skipped'
import { lacks } from '../tools'

setDefaultTimeout(120_000)

const ROOT = join(import.meta.dir, '../..')

interface Instruction {
  readonly name: string
  readonly text: string
}

/** Each with its lines joined, comments left out. */
const instructions: readonly Instruction[] = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  .split('\n')
  .filter((line) => !/^\s*(#|$)/.test(line))
  .join('\n')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .map((line) => {
    const [, name = '', text = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    return { name, text }
  })

const last = (name: string): string | undefined => instructions.findLast((one) => one.name === name)?.text

test('the image begins with nothing, runs as nobody, and keeps all that it keeps in one volume', () => {
  const stages = instructions.filter(({ name }) => name === 'FROM').map(({ text }) => text)
  expect(stages).toEqual([expect.stringMatching(/^node:\d+\S* AS build$/), 'scratch'])
  const final = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'))
  // no shell is there to run anything
  expect(final.map(({ name }) => name)).not.toContain('RUN')
  expect(final.filter(({ name }) => name === 'COPY').map(({ text }) => text)).toEqual(['--from=build /rootfs/ /'])
  expect(last('USER')).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/)
  expect([last('VOLUME'), last('WORKDIR')]).toEqual(['/data', '/data'])
  for (const name of ['ENTRYPOINT', 'CMD']) expect(JSON.parse(last(name) ?? '')).toBeArray()
  const [, command = ''] = /CMD (\[.*\])$/.exec(last('HEALTHCHECK') ?? '') ?? []
  expect(JSON.parse(command)).toEqual(['meltica', 'health'])
})

test('what the image is built with is in the sources, and what was kept or built here is not', () => {
  const run = instructions
    .filter(({ name }) => name === 'RUN')
    .map(({ text }) => text)
    .join(' && ')
  const [, target = '', script = ''] = /make (\S+) .*&& (deploy\/\S+) dist\/meltica/.exec(run) ?? []
  expect(readFileSync(join(ROOT, 'Makefile'), 'utf8')).toMatch(new RegExp(`^${target}:.*dist/meltica`, 'm'))
  expect(existsSync(join(ROOT, script))).toBe(true)
  const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')
  expect(ignored).toContainValues(['.git', 'data', 'dist', 'node_modules', '**/node_modules', 'tokens.yaml', '*.pem'])
  for (const needed of ['src', 'sandbox', 'scripts', 'deploy', 'tools', 'package.json', 'bun.lock', 'Makefile']) {
    expect(existsSync(join(ROOT, needed))).toBe(true)
    expect(ignored).not.toContain(needed)
  }
})

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** As a container runtime with a read-only root has it: `$1` is the root, `$2` what is mounted at /data. */
const CONTAINER = `
root=$1 data=$2; shift 2
mount --bind "$root" "$root"
mount --bind "$data" "$root/data"
mount -t tmpfs none "$root/tmp"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,ro,bind "$root"
cd /
exec chroot --userspec=65532:65532 "$root" "$@"
`

const RUNS = 'the gateway starts, is found alive and stops in what the image holds, on a root that cannot be written'
const old = binaryIsOld()
if (old !== undefined) skipped(RUNS, old)
else test.skipIf(lacks('mount'))(RUNS, runsInImage)

async function runsInImage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-image-'))
  folders.push(folder)
  const [root, data] = [join(folder, 'root'), join(folder, 'data')]
  expect(Bun.spawnSync([join(ROOT, 'deploy/rootfs.sh'), BINARY, root]).exitCode).toBe(0)
  for (const each of [data, join(root, 'proc'), join(root, 'dev')]) mkdirSync(each)
  writeFileSync(join(folder, 'container.sh'), CONTAINER)
  Bun.spawnSync(['chown', '65532:65532', data])

  const environment = Object.fromEntries(
    (last('ENV') ?? '')
      .trim()
      .split(/\s+/)
      .map((pair) => pair.split('=', 2) as [string, string]),
  )
  const env = { ...environment, MELTICA_LISTEN: '127.0.0.1:0' }
  const start = (address: string, ...args: string[]) =>
    Bun.spawn(['unshare', '-m', 'sh', join(folder, 'container.sh'), root, data, '/usr/local/bin/meltica', ...args], {
      env: { ...env, PATH: `${environment.PATH}:${process.env.PATH}`, MELTICA_LISTEN: address },
      stdout: 'pipe',
      stderr: 'pipe',
    })
  const run = async (address: string, ...args: string[]) => {
    const child = start(address, ...args)
    const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    return { status: await child.exited, stdout, stderr }
  }
  const unprotected = await run('0.0.0.0:0', 'serve')
  expect([unprotected.status, unprotected.stderr]).toEqual([1, expect.stringContaining('/data/tokens.yaml')])
  expect((await run('127.0.0.1:0', 'token', 'create', 'me', '--role', 'admin')).status).toBe(0)

  const gateway = start('127.0.0.1:0', 'serve')
  const reader = gateway.stdout.getReader()
  const decoder = new TextDecoder()
  let told = ''
  while (!told.includes('\n')) told += decoder.decode((await reader.read()).value)
  const [, host = ''] = /^listening on http:\/\/(\S+)/.exec(told) ?? []
  expect(await run(host, 'health')).toEqual({ status: 0, stdout: '', stderr: '' })
  expect((await run('127.0.0.1:1', 'health')).status).toBe(1)
  gateway.kill('SIGTERM')
  expect(await gateway.exited).toBe(0)
  // all that it is made of was there, also what is compiled at the start
  expect(await new Response(gateway.stderr).text()).toBe('')
  expect(existsSync(join(data, 'data/meltica.db'))).toBe(true)
}
