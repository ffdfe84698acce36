/** Certificates for tests: for 127.0.0.1, and made when they are asked for. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Certificate {
  /** PEM. */
  readonly certificate: string
  readonly key: string
}

/** @param to when it ends, or the year in which it does. RFC 5280 §4.1: version, serial, algorithm, issuer, validity, subject, key, extensions. */
export function selfSigned(to: number | Date = 2049): Certificate {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return certified(pair, 'meltica test', { to, by: { name: 'meltica test', key: pair.privateKey } })
}

/** One of an RSA key that another has issued, which nobody else knows. */
export function issued(modulusLength = 2048): Certificate & { readonly issuer: string } {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const by = { name: 'meltica authority', key: authority.privateKey }
  const leaf = certified(generateKeyPairSync('rsa', { modulusLength }), 'meltica leaf', { to: 2049, by })
  return { ...leaf, issuer: certified(authority, by.name, { to: 2049, by }).certificate }
}

interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

interface Issue {
  readonly to: number | Date
  readonly by: { readonly name: string; readonly key: KeyObject }
}

function certified({ privateKey, publicKey }: KeyPair, subject: string, { to, by }: Issue): Certificate {
  const ends = to instanceof Date ? to : new Date(Date.UTC(to, 0))
  const begins = new Date(ends)
  begins.setUTCFullYear(ends.getUTCFullYear() - 40)
  const validity = der(0x30, [utc(begins), utc(ends)])
  const addresses = der(0x30, [oid(0x55, 0x1d, 0x11), der(4, [der(0x30, [der(0x87, [Buffer.of(127, 0, 0, 1)])])])])
  const toBeSigned = der(0x30, [
    der(0xa0, [der(2, [Buffer.of(2)])]),
    der(2, [Buffer.of(1), randomBytes(8)]),
    ECDSA_SHA256,
    named(by.name),
    validity,
    named(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, [der(0x30, [addresses])]),
  ])
  const signature = der(3, [Buffer.of(0), sign('sha256', toBeSigned, by.key)])
  const body = der(0x30, [toBeSigned, ECDSA_SHA256, signature]).toString('base64')
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`,
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }
}

const named = (name: string): Buffer => der(0x30, [der(0x31, [der(0x30, [oid(0x55, 4, 3), der(0x0c, [name])])])])

/** A tag, the length, the content (ITU-T X.690 §8.1). */
function der(tag: number, content: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)))
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.of(tag, ...size), body])
}

function oid(...bytes: number[]): Buffer {
  return der(6, [Buffer.from(bytes)])
}

/** `YYMMDDHHMMSSZ` */
const utc = (date: Date): Buffer => der(0x17, [`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`])

/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2 */
const ECDSA_SHA256 = der(0x30, [oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2)])
