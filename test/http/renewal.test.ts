/** The certificate of a running gateway: renewed without a restart, warned of before it ends, and served to sound clients alone. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect } from 'node:tls'
import { launchGateway, startGateway, type TestGateway } from '../gateway'
import { until } from '../until'
import { type Certificate, issued, selfSigned } from './certificates'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

const DAY_MS = 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'meltica-renewal-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

/** @returns the configuration that names the files. */
function write(name: string, { certificate, key }: Certificate): string {
  writeFileSync(at(`${name}.pem`), certificate)
  writeFileSync(at(`${name}.key`), key)
  return `tls: { certificate: ${at(`${name}.pem`)}, key: ${at(`${name}.key`)} }\n`
}

const get = (gateway: TestGateway, path: string, ca: Certificate) =>
  fetch(gateway.url + path, { tls: { ca: ca.certificate }, keepalive: false })
const isServed = (gateway: TestGateway, one: Certificate) =>
  get(gateway, '/healthz', one).then(
    ({ status }) => status === 200,
    () => false,
  )
const problemsOf = async (gateway: TestGateway, ca: Certificate) => {
  const { problems } = (await (await get(gateway, '/readyz', ca)).json()) as { problems: { message: string }[] }
  return problems.map(({ message }) => message)
}
const endOf = async (gateway: TestGateway, ca: Certificate) =>
  /^meltica_certificate_expiry_timestamp_seconds (\S+)$/m.exec(await (await get(gateway, '/metrics', ca)).text())?.[1]

test('files that change are served within a moment, on the same port, and calls go on meanwhile', async () => {
  const [first, second] = [selfSigned(2040), selfSigned(2041)]
  await using gateway = await startGateway({ config: write('change', first) })
  expect([await isServed(gateway, first), await isServed(gateway, second)]).toEqual([true, false])
  expect(await endOf(gateway, first)).toBe(String(Date.UTC(2040, 0) / 1000))
  const { url } = gateway
  write('change', second)
  await until(() => isServed(gateway, second))
  expect([gateway.url, await isServed(gateway, first)]).toEqual([url, false])
  expect(await endOf(gateway, second)).toBe(String(Date.UTC(2041, 0) / 1000))
  expect(await gateway.stop()).toBe(0)
})

test('SIGHUP reads the files at once', async () => {
  const [first, second] = [selfSigned(), selfSigned()]
  await using gateway = await startGateway({ config: write('hup', first) })
  write('hup', second)
  gateway.child.kill('SIGHUP')
  await until(() => isServed(gateway, second))
  // also those that did not change
  gateway.child.kill('SIGHUP')
  await until(() => gateway.stderr.split('certificate read again').length >= 3)
  expect(await isServed(gateway, second)).toBe(true)
})

test('files that cannot be used leave the one before, and are told until they can', async () => {
  const [first, second, other] = [selfSigned(), selfSigned(), selfSigned()]
  await using gateway = await startGateway({ config: write('bad', first) })
  for (const [text, reason] of [
    [other.certificate, /bad\.key is not that of .*bad\.pem/],
    ['nothing\n', /bad\.pem does not hold a certificate/],
    [first.certificate.slice(0, 200), /bad\.pem is cut short within its first certificate/],
  ] as const) {
    writeFileSync(at('bad.pem'), text)
    await until(async () => reason.test((await problemsOf(gateway, first)).join()))
    expect(gateway.stderr).toMatch(reason)
  }
  rmSync(at('bad.pem'))
  await until(async () => /no such file/.test((await problemsOf(gateway, first)).join()))
  write('bad', second)
  await until(() => isServed(gateway, second))
  expect(await problemsOf(gateway, second)).toEqual([])
})

test('the end is told 30 days before, in the log, in readiness and as a metric', async () => {
  for (const [days, said] of [
    [29, /near\.pem ends on \d{4}-\d\d-\d\d: clients will refuse it then/],
    [31, undefined],
    [-1, /near\.pem ended on \d{4}-\d\d-\d\d: clients will refuse it/],
  ] as const) {
    const ends = new Date(Math.floor((Date.now() + days * DAY_MS) / 1000) * 1000)
    const near = selfSigned(ends)
    await using gateway = await startGateway({ config: write('near', near) })
    const call = (path: string) => fetch(gateway.url + path, { tls: { rejectUnauthorized: false } })
    const { problems } = (await (await call('/readyz')).json()) as { problems: object[] }
    if (said === undefined) {
      expect([problems, gateway.stderr]).toEqual([[], expect.not.stringContaining('near.pem')])
    } else {
      const hint = `put another one into ${at('near.pem')}; it is read when it changes`
      expect([problems, gateway.stderr]).toEqual([
        [{ message: expect.stringMatching(said), hint }],
        expect.stringMatching(said),
      ])
    }
    expect(await (await call('/metrics')).text()).toContain(
      `\nmeltica_certificate_expiry_timestamp_seconds ${ends.getTime() / 1000}\n`,
    )
  }
})

test('without HTTPS there is no such metric', async () => {
  await using gateway = await startGateway()
  expect((await gateway.get('/metrics')).text).not.toContain('meltica_certificate')
})

test('a chain that is cut short, out of order or without its issuer is told in words', async () => {
  const { certificate, key, issuer } = issued()
  const other = selfSigned()
  for (const [text, said] of [
    [`${certificate}${issuer.slice(0, 300)}`, /chain\.pem is cut short within its second certificate\n/],
    [
      `${certificate}${issuer.replace('MII', '???')}`,
      /chain\.pem holds something else than a certificate in the place of its second one\n/,
    ],
  ] as const) {
    await using refused = launchGateway({ config: write('chain', { certificate: text, key }) })
    expect([await refused.exited(), refused.stderr]).toEqual([1, expect.stringMatching(said)])
  }
  for (const [text, said] of [
    [
      certificate,
      /the chain in .*chain\.pem ends with a certificate that \\"meltica authority\\" issued, which is missing in it/,
    ],
    [
      certificate + other.certificate,
      /the second certificate in .*chain\.pem is not the one that the first was issued by/,
    ],
    [certificate + issuer, undefined],
  ] as const) {
    await using gateway = await startGateway({ config: write('chain', { certificate: text, key }) })
    expect(gateway.stderr).toEqual(said ? expect.stringMatching(said) : expect.not.stringContaining('chain.pem'))
  }
})

test('clients without forward secrecy or of old versions are turned away', async () => {
  const { certificate, key, issuer } = issued()
  await using gateway = await startGateway({ config: write('old', { certificate: certificate + issuer, key }) })
  const { hostname, port } = new URL(gateway.url)
  const agreed = (options: ConnectionOptions) =>
    new Promise<string>((resolve) => {
      const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false, ...options }, () => {
        resolve(`${socket.getProtocol()} ${socket.getCipher().name}`)
        socket.destroy()
      })
      socket.on('error', () => resolve('refused'))
    })
  const v12 = { maxVersion: 'TLSv1.2' } as const
  expect(await agreed({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).toBe('refused')
  for (const ciphers of [
    'AES128-GCM-SHA256',
    'AES256-GCM-SHA384',
    'AES128-SHA',
    'ECDHE-RSA-AES128-SHA',
    'ECDHE-RSA-AES256-SHA',
  ]) {
    expect([ciphers, await agreed({ ...v12, ciphers })]).toEqual([ciphers, 'refused'])
  }
  for (const ciphers of ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-CHACHA20-POLY1305']) {
    expect(await agreed({ ...v12, ciphers })).toBe(`TLSv1.2 ${ciphers}`)
  }
  expect(await agreed({})).toStartWith('TLSv1.3 ')
})
