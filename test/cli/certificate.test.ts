/** When the end of a certificate is told: thirty days before, once a day, and at once of another one. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Certificate } from '../../src/cli/certificate'
import type { Log } from '../../src/telemetry/log'
import { selfSigned } from '../http/certificates'
import { until } from '../until'

const DAY_MS = 86_400_000
const ENDS_MS = Date.UTC(2040, 0)
const folder = mkdtempSync(join(tmpdir(), 'meltica-certificate-'))
afterAll(() => rmSync(folder, { recursive: true }))
const files = { certificate: join(folder, 'c.pem'), key: join(folder, 'c.key') }

function open(nowMs: number) {
  const { certificate, key } = selfSigned(2040)
  writeFileSync(files.certificate, certificate)
  writeFileSync(files.key, key)
  const clock = { ms: nowMs }
  const logged: string[] = []
  const served: number[] = []
  const log: Log = (level, message) => void logged.push(`${level}: ${message.replace(files.certificate, 'C')}`)
  const opened = new Certificate(files, { log, now: () => clock.ms, serve: ({ endsMs }) => void served.push(endsMs) })
  const messages = () => opened.problems().map(({ message }) => message.replace(files.certificate, 'C'))
  return { clock, logged, served, messages, opened, [Symbol.dispose]: () => opened[Symbol.dispose]() }
}

const SOON = 'the certificate C ends on 2040-01-01: clients will refuse it then'
// certificates of the tests are made to last for forty years
const EARLY = 'the certificate C begins at 2000-01-01T00:00:00.000Z: clients refuse it until then'
const BEGINS_MS = Date.UTC(2000, 0)
const OVER = 'the certificate C ended on 2040-01-01: clients will refuse it'

test.each([
  ['30 days before', -30 * DAY_MS, [], []],
  ['within 30 days', 1 - 30 * DAY_MS, [SOON], [`warn: ${SOON}`]],
  ['at its very end', 0, [SOON], [`warn: ${SOON}`]],
  ['after its end', 1, [OVER], [`error: ${OVER}`]],
  ['before its beginning', BEGINS_MS - 1 - ENDS_MS, [EARLY], [`error: ${EARLY}`]],
  ['at its very beginning', BEGINS_MS - ENDS_MS, [], []],
])('%s', (_when, offsetMs, problems, logged) => {
  using certificate = open(ENDS_MS + offsetMs)
  expect([certificate.messages(), certificate.logged]).toEqual([problems, logged])
})

test('it is told again after a day, and when another one is read', async () => {
  using certificate = open(ENDS_MS - 5 * DAY_MS)
  const { clock, logged, opened, served } = certificate
  clock.ms += DAY_MS - 1
  opened.reload()
  expect(logged).toEqual([`warn: ${SOON}`, 'info: certificate read again', `warn: ${SOON}`])
  expect(served).toEqual([ENDS_MS])
  clock.ms += DAY_MS
  await until(() => logged.length > 3)
  expect(logged.slice(3)).toEqual([`warn: ${SOON}`])
})

test('a clock that is set back does not put it off', async () => {
  using certificate = open(ENDS_MS - 5 * DAY_MS)
  const { clock, logged } = certificate
  clock.ms -= DAY_MS
  await until(() => logged.length > 1)
  expect(logged).toEqual([`warn: ${SOON}`, `warn: ${SOON}`])
})

test('one that cannot be used is a problem beside the end of the one before, until one can', () => {
  using certificate = open(ENDS_MS - DAY_MS)
  writeFileSync(files.key, 'nothing')
  certificate.opened.reload()
  const refused = expect.stringContaining('the certificate was changed and cannot be used: ')
  expect(certificate.messages()).toEqual([refused, SOON])
  expect([certificate.logged.at(-1), certificate.served]).toEqual([
    expect.stringMatching(/^error: .*; the one before is served$/),
    [],
  ])
  const { certificate: text, key } = selfSigned(2041)
  writeFileSync(files.certificate, text)
  writeFileSync(files.key, key)
  certificate.opened.reload()
  expect([certificate.messages(), certificate.served]).toEqual([[], [Date.UTC(2041, 0)]])
})
