/** The certificate and its key, read before a port opens. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTls } from '../../src/config/tls'
import { issued, selfSigned } from '../http/certificates'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-tls-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A key of Ed448 made of zeros: RFC 8410 §7. */
const UNSUPPORTED = `-----BEGIN PRIVATE KEY-----
${Buffer.concat([Buffer.from('3047020100300506032b6571043b0439', 'hex'), Buffer.alloc(57)]).toString('base64')}
-----END PRIVATE KEY-----
`

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('a certificate and its key are taken as they stand, with the time of its end', () => {
  const { certificate, key } = selfSigned(2040)
  const files = { certificate: written('cert.pem', certificate), key: written('key.pem', key) }
  expect(readTls(files)).toMatchObject({ certificate, key, endsMs: Date.UTC(2040, 0), beginsMs: Date.UTC(2000, 0) })
})

test('what does not belong together, or is not what it should be, is refused by its path', () => {
  const [one, other] = [selfSigned(), selfSigned()]
  const files = { certificate: written('cert.pem', one.certificate), key: written('key.pem', other.key) }
  const refused = (more: Partial<typeof files>, code: string, message: string) =>
    expect(() => readTls({ ...files, ...more })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  refused({}, 'invalid_settings', `the key in ${files.key} is not that of ${files.certificate}`)
  const none = written('none.pem', 'nothing')
  refused({ certificate: none }, 'invalid_settings', `tls certificate: ${none} does not hold a certificate in PEM`)
  refused({ key: none }, 'invalid_settings', `tls key: ${none} does not hold an unencrypted private key in PEM`)
  const strange = written('strange.pem', UNSUPPORTED)
  const kinds = 'of a kind that is not supported: RSA, ECDSA on P-256, P-384 or P-521, and Ed25519 are'
  refused({ key: strange }, 'invalid_settings', `tls key: ${strange} holds a private key ${kinds}`)
  const gone = join(folder, 'gone.pem')
  refused({ certificate: gone }, 'file_unreadable', `tls certificate: ${gone} cannot be read`)
  refused({ key: gone }, 'file_unreadable', `tls key: ${gone} cannot be read`)
})

test('an RSA key that clients find too short is doubted', () => {
  const doubts = (bits: number): readonly string[] => {
    const { certificate, key } = issued(bits)
    return readTls({ certificate: written('rsa.pem', certificate), key: written('rsa.key', key) }).doubts
  }
  const short = `the RSA key in ${join(folder, 'rsa.key')} has 1920 bits: clients refuse fewer than 2048`
  const issuer = expect.stringContaining('which is missing in it')
  expect([doubts(1920), doubts(2048)]).toEqual([[short, issuer], [issuer]])
})
