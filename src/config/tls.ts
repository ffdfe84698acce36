/** The certificate and the key that HTTPS is served with: read and checked before the port opens. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { Failure } from '../errors/failure'
import { readSettingText } from '../files/input'

/** Paths of PEM files. The certificate's may hold the chain behind it. */
export interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

/** What is in them. */
export interface Tls extends TlsFiles {
  /** Of the first certificate; ms since 1970. */
  readonly endsMs: number
}

/** @throws Failure file_unreadable, invalid_settings */
export function readTls(files: TlsFiles): Tls {
  const certificate = read('certificate', files.certificate)
  const key = read('key', files.key)
  const parsed = parse('certificate', files.certificate, () => new X509Certificate(certificate))
  const parsedKey = parse('key', files.key, () => createPrivateKey(key))
  if (!parsed.checkPrivateKey(parsedKey)) {
    throw new Failure('invalid_settings', `tls: the key in ${files.key} is not that of ${files.certificate}`)
  }
  return { certificate, key, endsMs: Date.parse(parsed.validTo) }
}

function read(what: string, path: string): string {
  return readSettingText(path, `tls ${what}:`)
}

/** What OpenSSL says of a file that it cannot read helps nobody. */
function parse<T>(what: string, path: string, make: () => T): T {
  try {
    return make()
  } catch {
    const wanted = what === 'key' ? 'an unencrypted private key' : 'a certificate'
    throw new Failure('invalid_settings', `tls ${what}: ${path} does not hold ${wanted} in PEM`)
  }
}
