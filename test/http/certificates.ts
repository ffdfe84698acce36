/** Certificates for tests: each signs itself, for 127.0.0.1, and is made when it is asked for. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface Certificate {
  /** PEM. */
  readonly certificate: string
  readonly key: string
}

/** @param to the year in which it ends. RFC 5280 §4.1: version, serial, algorithm, issuer, validity, subject, key, extensions. */
export function selfSigned(to = 2049): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = der(0x30, [der(0x31, [der(0x30, [oid(0x55, 4, 3), der(0x0c, ['meltica test'])])])])
  const validity = der(0x30, [utc(to - 40), utc(to)])
  const addresses = der(0x30, [oid(0x55, 0x1d, 0x11), der(4, [der(0x30, [der(0x87, [Buffer.of(127, 0, 0, 1)])])])])
  const toBeSigned = der(0x30, [
    der(0xa0, [der(2, [Buffer.of(2)])]),
    der(2, [Buffer.of(1), randomBytes(8)]),
    ECDSA_SHA256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, [der(0x30, [addresses])]),
  ])
  const signature = der(3, [Buffer.of(0), sign('sha256', toBeSigned, privateKey)])
  const body = der(0x30, [toBeSigned, ECDSA_SHA256, signature]).toString('base64')
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`,
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }
}

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

const utc = (year: number): Buffer => der(0x17, [`${String(year).slice(2)}0101000000Z`])

/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2 */
const ECDSA_SHA256 = der(0x30, [oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2)])
