/** Tokens: who is let in, to what, how often, and what becomes of a token that is made or revoked while the gateway runs. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTokens } from '../../src/config/token-file'
import { offlineDocument } from '../../src/http/document'
import { newToken, tokenHash } from '../../src/http/tokens'
import { ROLES, type Role } from '../../src/schema/roles'
import type { RateLimit, TokenEntry } from '../../src/schema/tokens'
import { type Answer, launchGateway, startGateway, strategySource, type TestGateway } from '../gateway'
import { until } from '../until'

const folder = mkdtempSync(join(tmpdir(), 'meltica-auth-'))
const file = join(folder, 'tokens.yaml')
const read = minted('dashboard', 'read')
const operate = minted('ci', 'operate')
const admin = minted('alice', 'admin')
const slow = minted('slow', 'read', { perSecond: 0.01, burst: 2 })
const all = [read, operate, admin, slow]
const byRole: Record<Role, Minted> = { read, operate, admin }

interface Minted {
  readonly token: string
  readonly entry: TokenEntry
}

function minted(name: string, role: Role, rateLimit?: RateLimit): Minted {
  const token = newToken(name)
  return { token, entry: { name, role, hash: tokenHash(token), ...(rateLimit && { rateLimit }) } }
}

const write = (tokens: readonly Minted[]) =>
  writeTokens(
    file,
    tokens.map(({ entry }) => entry),
  )
const bearer = ({ token }: Minted) => ({ authorization: `Bearer ${token}` })

let gateway: TestGateway
beforeAll(async () => {
  write(all)
  gateway = await startGateway({ config: `tokens: ${file}\n` })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

interface Operation {
  readonly operationId: string
  readonly security: readonly { readonly token?: readonly Role[] }[]
}

const calls = Object.entries(offlineDocument().paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, operations]) =>
    Object.entries(operations).map(([method, { operationId, security }]) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}/g, 'none'),
      operationId,
      role: security.find(({ token }) => token)?.token?.[0],
    })),
)

describe('each call needs the role that the API document says', () => {
  for (const { method, path, operationId, role } of calls) {
    test(`${operationId}: ${role ?? 'open'}`, async () => {
      const bare = await gateway.call(method, path)
      if (role === undefined) return expect(bare.status).toBe(200)
      expect([bare.status, bare.body.error]).toEqual([401, 'unauthorized'])
      expect(bare.headers.get('www-authenticate')).toBe('Bearer realm="meltica"')
      for (const [index, held] of ROLES.entries()) {
        const { status, body } = await gateway.call(method, path, undefined, bearer(byRole[held]))
        if (index >= ROLES.indexOf(role)) expect([401, 403, 429]).not.toContain(status)
        else expect([status, body.error, body.role]).toEqual([403, 'forbidden', role])
      }
    })
  }

  test('reading needs read, what loses something for good needs admin, the rest needs operate', () => {
    const needing = (wanted: Role | undefined) =>
      calls.filter(({ role }) => role === wanted).map(({ operationId }) => operationId)
    expect(needing(undefined).sort()).toEqual(['getHealth', 'getReadiness'])
    expect(needing('admin').sort()).toEqual([
      'createProvider',
      'deleteModule',
      'pruneHistory',
      'removeProvider',
      'replaceProvider',
      'restoreBackup',
      'setRiskLimits',
      'takeBackup',
    ])
    const reads = calls.filter(({ method, role }) => method === 'GET' && role !== undefined)
    // which hold the settings of every provider, and a program with its config
    const secret = new Set(['takeBackup', 'archiveInputs'])
    const others = reads.filter(({ operationId }) => !secret.has(operationId))
    expect(needing('read')).toEqual(others.map(({ operationId }) => operationId))
  })
})

test('the document, Swagger UI, the console and preflights are open', async () => {
  for (const path of ['/openapi.json', '/docs', '/docs/start.js', '/'])
    expect((await gateway.get(path)).status).toBe(200)
  expect((await gateway.call('OPTIONS', '/strategies/modules')).status).toBe(204)
  expect((await gateway.get('/none')).status).toBe(404)
})

describe('a token is refused', () => {
  const secret = operate.token.slice(-43)
  const cases: [string, string][] = [
    ['that nobody made', `Bearer ${newToken('ci')}`],
    ['of a name that is not known', `Bearer ${newToken('mallory')}`],
    ['cut short', `Bearer ${operate.token.slice(0, -1)}`],
    ['with another’s name', `Bearer mlt_alice_${secret}`],
    ['that is its hash', `Bearer ${operate.entry.hash}`],
    ['without its name', `Bearer ${secret}`],
    ['of another scheme', `Basic ${btoa(`ci:${operate.token}`)}`],
    ['without a scheme', operate.token],
    ['that is empty', 'Bearer '],
    ['that is __proto__', `Bearer mlt___proto___${secret}`],
    ['that is endless', `Bearer mlt_ci_${'x'.repeat(8000)}`],
  ]
  for (const [what, authorization] of cases) {
    test(what, async () => {
      const { status, body, headers } = await gateway.get('/providers', { authorization })
      expect([status, body.error, headers.get('www-authenticate') !== null]).toEqual([401, 'unauthorized', true])
      expect(JSON.stringify(body)).not.toContain(secret)
    })
  }
})

test('the scheme may be written in any case', async () => {
  expect((await gateway.get('/providers', { authorization: `bearer  ${read.token}` })).status).toBe(200)
})

test('nothing is done for who is refused', async () => {
  const upload = (headers: Record<string, string>) =>
    gateway.call('POST', '/strategies/modules', { source: strategySource({ name: 'refused' }) }, headers)
  expect([(await upload({})).status, (await upload(bearer(read))).status]).toEqual([401, 403])
  expect((await gateway.get('/strategies/modules/refused', bearer(read))).status).toBe(404)
})

test('an answer that is kept is kept from who has no token', async () => {
  const answers: Answer[] = []
  for (const headers of [bearer(read), bearer(read), {}, { authorization: 'Bearer x' }]) {
    answers.push(await gateway.get('/strategies/registry', headers))
  }
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 401])
})

test('the audit names the token that made a change', async () => {
  const source = strategySource({ name: 'audited' })
  expect((await gateway.call('POST', '/strategies/modules', { source }, bearer(operate))).status).toBe(201)
  const { body } = await gateway.get('/audit?strategy=audited', bearer(read))
  expect(new Set(body.items.map(({ who }: { who: string }) => who))).toEqual(new Set(['ci']))
})

test('a token that calls too often is told when to call again, and nobody else waits', async () => {
  const statuses = []
  for (let call = 0; call < 2; call++) statuses.push((await gateway.get('/strategies', bearer(slow))).status)
  expect(statuses).toEqual([200, 200])
  const { status, body, headers } = await gateway.get('/strategies', bearer(slow))
  expect([status, body.error]).toEqual([429, 'rate_limited'])
  expect(Number(headers.get('retry-after'))).toBeWithin(50, 101)
  expect(body.retryAfterSeconds).toBe(Number(headers.get('retry-after')))
  expect((await gateway.get('/strategies', bearer(read))).status).toBe(200)
})

test('tokens are made and revoked while the gateway runs', async () => {
  const fresh = minted('fresh', 'read')
  const status = async () => (await gateway.get('/providers', bearer(fresh))).status
  expect(await status()).toBe(401)
  write([...all, fresh])
  expect(await status()).toBe(200)
  write(all)
  while ((await status()) !== 401) await Bun.sleep(20)
  expect((await gateway.get('/providers', bearer(read))).status).toBe(200)
})

test('a broken file of tokens is told and changes nothing', async () => {
  writeFileSync(file, 'tokens: [{ name: x }]\n')
  gateway.child.kill('SIGHUP')
  await until(() => gateway.stderr.includes('the tokens stay as they were'))
  expect((await gateway.get('/providers', bearer(read))).status).toBe(200)
  write(all)
})

test('SIGHUP makes the gateway read the file again, also when it looks as it did', async () => {
  const status = async (who: Minted) => (await gateway.get('/providers', bearer(who))).status
  const [former, latter] = [minted('turn', 'read'), minted('turn', 'read')]
  const longAgo = new Date('2020-01-01T00:00:00Z')
  write([...all, former])
  utimesSync(file, longAgo, longAgo)
  // who is not known makes it look
  expect([await status(former), await status(latter)]).toEqual([200, 401])
  writeFileSync(file, readFileSync(file, 'utf8').replace(former.entry.hash, latter.entry.hash))
  utimesSync(file, longAgo, longAgo)
  expect([await status(latter), await status(former)]).toEqual([401, 200])
  gateway.child.kill('SIGHUP')
  while ((await status(latter)) !== 200) await Bun.sleep(5)
  expect(await status(former)).toBe(401)
  write(all)
})

describe('listening where other machines reach it', () => {
  test('is allowed with tokens, and told to be unencrypted without a certificate', async () => {
    await using open = await startGateway({ config: `tokens: ${file}\n`, args: ['--listen', '0.0.0.0:0'] })
    expect((await open.get('/providers')).status).toBe(401)
    expect((await open.get('/providers', bearer(read))).status).toBe(200)
    expect(open.stderr).toContain('--tls-cert')
  })

  const cases: [string, string, RegExp][] = [
    ['without tokens', '', /protected by tokens.*\nhint/],
    [
      'with a file of tokens that is not there',
      'tokens: none.yaml\n',
      /none\.yaml cannot be read: .*\nhint: .*meltica token create/,
    ],
    ['with a file that holds none', `tokens: ${join(folder, 'empty.yaml')}\n`, /holds no token.*meltica token create/],
  ]
  for (const [what, config, message] of cases) {
    test(`${what} is refused, with what to do`, async () => {
      writeFileSync(join(folder, 'empty.yaml'), 'tokens: []\n')
      await using refused = launchGateway({ config, args: ['--listen', '0.0.0.0:0'] })
      expect(await refused.exited()).toBe(1)
      expect(refused.stderr).toMatch(message)
    })
  }
})

describe('a limit of the configuration', () => {
  test('holds for each token that has none of its own, and a change of the file gives nobody more', async () => {
    const config = `tokens: ${file}\nrateLimit: { perSecond: 0.01, burst: 1 }\n`
    await using strict = await startGateway({ config })
    const statuses = []
    for (const who of [read, read, admin, slow, slow, slow]) {
      statuses.push((await strict.get('/providers', bearer(who))).status)
    }
    expect(statuses).toEqual([200, 429, 200, 200, 200, 429])
    const fresh = minted('fresh', 'read')
    write([...all, fresh])
    expect((await strict.get('/providers', bearer(fresh))).status).toBe(200)
    expect((await strict.get('/providers', bearer(read))).status).toBe(429)
  })
})
