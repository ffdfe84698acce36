/** The certificate and its key, read before a port opens. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTls } from '../../src/config/tls'
import { selfSigned } from '../http/certificates'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-tls-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('a certificate and its key are taken as they stand, with the time of its end', () => {
  const { certificate, key } = selfSigned(2040)
  const files = { certificate: written('cert.pem', certificate), key: written('key.pem', key) }
  expect(readTls(files)).toMatchObject({ certificate, key, endsMs: Date.UTC(2040, 0, 1) })
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
  const gone = join(folder, 'gone.pem')
  refused({ certificate: gone }, 'file_unreadable', `tls certificate: ${gone} cannot be read`)
  refused({ key: gone }, 'file_unreadable', `tls key: ${gone} cannot be read`)
})
