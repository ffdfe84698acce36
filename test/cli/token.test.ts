/** `meltica token`: a token is shown once, its file holds hashes alone, and a gateway takes what the command made. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../gateway'
import { meltica } from './meltica'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-token-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const token = (...args: string[]) => meltica(folder, 'token', ...args)
const fileText = (name = 'tokens.yaml') => readFileSync(join(folder, name), 'utf8')

test('create prints the token alone, and keeps nothing but its hash in a file of its owner', async () => {
  const { status, stdout, stderr } = await token('create', 'ci', '--role', 'operate')
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^mlt_ci_[A-Za-z0-9_-]{43}\n$/)])
  expect(stderr).toContain('not shown again')
  expect(fileText()).toMatch(/- name: ci\n {4}role: operate\n {4}hash: sha256:[0-9a-f]{64}\n {4}created: \d{4}-/)
  expect(fileText()).not.toContain(stdout.trim().slice(-43))
  expect(statSync(join(folder, 'tokens.yaml')).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['tokens.yaml'])
})

test('two tokens differ, and list shows who has which role', async () => {
  const [a, b] = [await token('create', 'a'), await token('create', 'b', '--role', 'admin')]
  expect(a.stdout.slice(-44)).not.toBe(b.stdout.slice(-44))
  const { stdout } = await token('list')
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
    ['NAME', 'ROLE'],
    ['a', 'read'],
    ['b', 'admin'],
    [''],
  ])
})

test('a gateway lets in whom create made and turns away whom revoke named', async () => {
  const file = join(folder, 'of the gateway.yaml')
  const tokens: string[] = []
  for (const name of ['one', 'two']) tokens.push((await token('create', name, '--file', file)).stdout.trim())
  await using gateway = await startGateway({ env: { MELTICA_TOKENS: file } })
  const statuses = async () => {
    const answers = tokens.map((text) => gateway.get('/providers', { authorization: `Bearer ${text}` }))
    return (await Promise.all(answers)).map(({ status }) => status)
  }
  expect(await statuses()).toEqual([200, 200])
  expect(await token('revoke', 'one', '--file', file)).toMatchObject({ status: 0, stdout: 'revoked one\n' })
  while ((await statuses())[0] !== 401) await Bun.sleep(20)
  expect(await statuses()).toEqual([401, 200])
})

describe('it refuses, says why, and changes nothing:', () => {
  test('a name that is taken', async () => {
    await token('create', 'ci')
    const before = fileText()
    const { status, stdout, stderr } = await token('create', 'ci', '--role', 'admin')
    expect([status, stdout, fileText()]).toEqual([1, '', before])
    expect(stderr).toMatch(/^error: tokens\.yaml has a token of the name ci\nhint: .*revoke/)
  })

  test('a name that no token has', async () => {
    await token('create', 'ci')
    const { status, stderr } = await token('revoke', 'cii')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: .*cii\nhint: /)])
  })

  for (const name of ['127.0.0.1', '::1', 'gateway', 'Config', 'a b', '', 'x'.repeat(65), '9', 'a\u001b[31m']) {
    test(`the name ${JSON.stringify(name)}: it would be taken for another in the audit`, async () => {
      const { status, stderr } = await token('create', name)
      expect([status, stderr.startsWith('error: ')]).toEqual([2, true])
      expect(existsSync(join(folder, 'tokens.yaml'))).toBe(false)
    })
  }

  test('a role that there is not', async () => {
    const { status, stderr } = await token('create', 'ci', '--role', 'root')
    expect([status, stderr]).toEqual([2, expect.stringContaining('read, operate, admin')])
  })

  test('a folder that is not there', async () => {
    const { status, stdout, stderr } = await token('create', 'ci', '--file', 'none/tokens.yaml')
    expect([status, stdout, stderr]).toEqual([
      1,
      '',
      expect.stringMatching(
        /^error: the file of tokens none\/tokens\.yaml cannot be written: there is no such file or folder\nhint: /,
      ),
    ])
  })

  const hash = `sha256:${'0'.repeat(64)}`
  const broken: [string, string, string][] = [
    ['not YAML', 'tokens: [', 'tokens.yaml:'],
    ['a list', '- a\n', 'tokens.yaml:1:1: the file must be an object'],
    [
      'a secret in place of a hash',
      'tokens:\n  - { name: a, role: read, hash: mlt_a_x }\n',
      'tokens.yaml:2:34: tokens[0].hash',
    ],
    ['an unknown role', `tokens:\n  - { name: a, role: root, hash: "${hash}" }\n`, 'tokens.yaml:2:22: tokens[0].role'],
    [
      'a name twice',
      `tokens:\n${`  - { name: a, role: read, hash: "${hash}" }\n`.repeat(2)}`,
      'tokens.yaml:3:13: tokens[1].name "a" is there twice',
    ],
    [
      'an address as a name',
      `tokens:\n  - { name: 10.0.0.1, role: read, hash: "${hash}" }\n`,
      'tokens.yaml:2:13: tokens[0].name "10.0.0.1"',
    ],
  ]
  for (const [what, text, message] of broken) {
    test(`a file with ${what}`, async () => {
      writeFileSync(join(folder, 'tokens.yaml'), text)
      const { status, stderr } = await token('create', 'ci')
      expect([status, fileText()]).toEqual([1, text])
      expect(stderr).toContain(message)
      expect(stderr).not.toMatch(/\n\s+at /)
    })
  }
})
