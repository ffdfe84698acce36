/** HTTPS: served from a certificate and its key, which are checked before the port opens. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchGateway, startGateway } from '../gateway'
import { type Certificate, selfSigned } from './certificates'

const folder = mkdtempSync(join(tmpdir(), 'meltica-tls-'))
const own = selfSigned()
const other = selfSigned()
const expired = selfSigned(2020)

beforeAll(() => {
  write('own', own)
  write('other', other)
  write('expired', expired)
  writeFileSync(join(folder, 'text.pem'), 'no certificate\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, { certificate, key }: Certificate): void {
  writeFileSync(join(folder, `${name}.pem`), certificate)
  writeFileSync(join(folder, `${name}.key`), key)
}

const config = (certificate: string, key: string) =>
  `tls: { certificate: ${join(folder, certificate)}, key: ${join(folder, key)} }\n`

test('it is served from the certificate of the configuration', async () => {
  await using gateway = await startGateway({ config: config('own.pem', 'own.key') })
  expect(gateway.url).toStartWith('https://127.0.0.1:')
  expect(gateway.stdout).toContain(`${gateway.url}/docs`)
  const answer = await fetch(`${gateway.url}/healthz`, { tls: { ca: own.certificate } })
  expect(await answer.json()).toEqual({ status: 'ok' })
  const fails = (call: Promise<Response>) =>
    call.then(
      () => false,
      () => true,
    )
  expect(await fails(fetch(`${gateway.url}/healthz`, { tls: { ca: other.certificate } }))).toBe(true)
  expect(await fails(fetch(`${gateway.url.replace('https', 'http')}/healthz`))).toBe(true)
  expect(await gateway.stop()).toBe(0)
})

test('flags and the environment name the files too', async () => {
  await using gateway = await startGateway({
    args: ['--tls-cert', join(folder, 'own.pem')],
    env: { MELTICA_TLS_KEY: join(folder, 'own.key') },
  })
  const answer = await fetch(`${gateway.url}/healthz`, { tls: { ca: own.certificate } })
  expect(answer.status).toBe(200)
})

test('a certificate that has ended is told, and served all the same', async () => {
  await using gateway = await startGateway({ config: config('expired.pem', 'expired.key') })
  expect(gateway.stderr).toMatch(/certificate .*expired\.pem ended on 2020-01-01/)
})

describe('it does not start, and says why,', () => {
  const cases: [string, string, string, RegExp][] = [
    ['without the file of the certificate', 'none.pem', 'own.key', /tls certificate: .*none\.pem/],
    ['without the file of the key', 'own.pem', 'none.key', /tls key: .*none\.key/],
    ['with a certificate that is none', 'text.pem', 'own.key', /text\.pem does not hold a certificate in PEM/],
    ['with a key that is none', 'own.pem', 'own.pem', /own\.pem does not hold an unencrypted private key in PEM/],
    ['with the key of another certificate', 'own.pem', 'other.key', /other\.key is not that of .*own\.pem/],
  ]
  for (const [what, certificate, key, message] of cases) {
    test(what, async () => {
      await using gateway = launchGateway({ config: config(certificate, key) })
      const status = await gateway.exited()
      expect([status, gateway.stdout, gateway.stderr]).toEqual([1, '', expect.stringMatching(message)])
      expect(gateway.stderr).toMatch(/\nhint: /)
    })
  }

  test('with a certificate alone', async () => {
    await using gateway = launchGateway({ args: ['--tls-cert', join(folder, 'own.pem')] })
    expect([await gateway.exited(), gateway.stderr]).toEqual([1, expect.stringContaining('--tls-key')])
  })
})
