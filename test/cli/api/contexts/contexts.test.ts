/** Several gateways by name: which one a command talks to, with which token, and who may read them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { selfSigned } from '../../../http/certificates'
import { type Finished, meltica } from '../../meltica'

/** Answers with the token that it was sent, as an instance's name. */
function echo(name: string, tls?: { cert: string; key: string }) {
  return Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    ...(tls && { tls }),
    fetch: ({ headers }) =>
      Response.json(
        { error: 'forbidden', message: `${name} ${headers.get('authorization')}`, hint: '' },
        { status: 403 },
      ),
  })
}

let one: ReturnType<typeof echo>
let two: ReturnType<typeof echo>
beforeAll(() => {
  one = echo('one')
  two = echo('two')
})
afterAll(() => Promise.all([one.stop(true), two.stop(true)]))

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'meltica-contexts-'))
  writeFileSync(join(home, 'token'), 'secret-of-one\n')
})
afterEach(() => rmSync(home, { recursive: true }))

const run = (env: Record<string, string>, ...args: string[]): Promise<Finished> =>
  meltica({ cwd: home, env: { HOME: home, ...env } }, ...args)
const context = async (...args: string[]) => {
  const finished = await run({}, 'context', ...args)
  expect(finished).toMatchObject({ status: 0, stderr: '' })
  return finished.stdout
}
/** Whom a command has talked to, and by which token. */
const heard = async (env: Record<string, string>, ...args: string[]) =>
  /^error: (.*)$/m.exec((await run(env, ...args)).stderr)?.[1]

const file = () => join(home, '.config/meltica/contexts.yaml')

async function createBoth(): Promise<void> {
  expect(await context('create', 'one', '--address', one.url.href, '--token-file', 'token')).toBe('one\n')
  expect(await context('create', 'two', '--address', two.url.host)).toBe('two\n')
}

test('the flag beats MELTICA_API, which beats MELTICA_CONTEXT, which beats the one in use', async () => {
  await createBoth()
  await context('use', 'two')
  expect(await heard({}, 'ls')).toBe('two null')
  expect(await heard({ MELTICA_CONTEXT: 'one' }, 'ls')).toBe('one Bearer secret-of-one')
  const api = { MELTICA_CONTEXT: 'two', MELTICA_API: one.url.href }
  expect(await heard(api, 'ps')).toBe('one null')
  for (const args of [
    ['ls', '--context', 'two'],
    ['--context', 'two', 'ls'],
    ['risk', 'kill', '--context', 'two'],
    ['providers', '--context=two'],
  ])
    expect(await heard(api, ...args)).toBe('two null')
  await context('use', 'default')
  expect((await run({}, 'ls', '--context', 'none')).stderr).toBe(
    'error: there is no context "none"\nhint: meltica context ls shows all\n',
  )
})

test('a token goes to no other address than its own', async () => {
  await createBoth()
  await context('use', 'one')
  const MELTICA_TOKEN = 'mine'
  expect(await heard({ MELTICA_API: two.url.href }, 'ls')).toBe('two null')
  expect(await heard({ MELTICA_API: two.url.href, MELTICA_TOKEN }, 'ls')).toBe('two Bearer mine')
  expect(await heard({ MELTICA_TOKEN }, 'ls')).toBe('one Bearer mine')
  expect(await heard({ MELTICA_TOKEN }, 'ls', '--context', 'one')).toBe('one Bearer secret-of-one')
})

test('its certificate is trusted where it is named', async () => {
  const { certificate, key } = selfSigned()
  using guarded = echo('guarded', { cert: certificate, key })
  writeFileSync(join(home, 'ca.pem'), certificate)
  await context('create', 'safe', '--address', guarded.url.origin, '--ca', 'ca.pem')
  await context('create', 'unsafe', '--address', guarded.url.origin)
  expect(await heard({}, 'ls', '--context', 'safe')).toBe('guarded null')
  expect(await heard({}, 'ls', '--context', 'unsafe')).toContain('is not trusted')
})

test('the file is for its owner alone, and one that others may read is not used', async () => {
  await createBoth()
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  expect(statSync(join(home, '.config/meltica')).mode & 0o777).toBe(0o700)
  chmodSync(file(), 0o640)
  const { status, stderr } = await run({}, 'ls')
  expect([status, stderr]).toEqual([1, expect.stringContaining(`${file()} may be read by others than its owner`)])
  expect(await heard({ MELTICA_API: one.url.href }, 'ls')).toBe('one null')
})

test('ls shows which is in use, and never a token', async () => {
  await createBoth()
  await context('use', 'one')
  const shown = await context('ls')
  expect(shown).toMatch(/^ +NAME +ADDRESS +TOKEN +CA\n/)
  expect(shown).toMatch(/^\* +one +http\S+ +yes$/m)
  expect(shown).not.toContain('secret')
  expect(await context('-q')).toBe('default\none\ntwo\n')
  expect(await context('ls', '--format', 'json')).not.toContain('secret')
  expect((await run({ MELTICA_API: 'x' }, 'context', 'ls')).stderr).toContain('beats the context in use')
})

test('rm forgets one with its token, and what was in use is so no more', async () => {
  await createBoth()
  await context('use', 'one')
  expect(await context('rm', 'one')).toBe('one\n')
  expect(readFileSync(file(), 'utf8')).not.toContain('secret')
  expect(await context('ls')).toMatch(/^\* +default /m)
})

describe('refused, with the file as it was:', () => {
  test.each([
    [['create', 'one', '--address', 'localhost'], 1, 'there is a context "one"'],
    [['create', 'new', '--address', 'ftp://localhost'], 2, 'is no address of a gateway'],
    [['create', 'a/b', '--address', 'localhost'], 2, 'A name is a letter or digit'],
    [['create', 'default', '--address', 'localhost'], 2, 'and not default'],
    [['create', 'new'], 2, "'--address <url>' not specified"],
    [['create', 'new', '--address', 'localhost', '--token-file', 'none'], 1, 'none cannot be read'],
    [['create', 'new', '--address', 'localhost', '--token-file', 'empty'], 1, 'empty holds no token'],
    [['create', 'new', '--address', 'localhost', '--ca', 'token'], 1, 'token holds no certificate'],
    [['use', 'none'], 1, 'there is no context "none"'],
    [['rm', 'one', 'none'], 1, 'there is no context "none"'],
  ])('context %p', async (args, status, words) => {
    await createBoth()
    writeFileSync(join(home, 'empty'), '\n')
    const before = readFileSync(file(), 'utf8')
    const finished = await run({}, 'context', ...args)
    expect([finished.status, finished.stdout, finished.stderr]).toEqual([status, '', expect.stringContaining(words)])
    expect(readFileSync(file(), 'utf8')).toBe(before)
  })

  test('a file that is broken, with every line that is', async () => {
    await createBoth()
    writeFileSync(file(), 'contexts:\n  - { name: one, address: "" }\n  - { name: one, adress: x }\n', { mode: 0o600 })
    const { status, stderr } = await run({}, 'ls')
    expect(status).toBe(1)
    expect(stderr).toMatch(/contexts\.yaml:2:\d+: .*\n.*contexts\.yaml:3:\d+: /)
  })
})
