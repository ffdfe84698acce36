/** The certificate and the key that HTTPS is served with: read and checked before the port opens. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { Failure } from '../errors/failure'
import { readSettingText } from '../files/input'

/** Paths of PEM files. The certificate's may hold the chain behind it. */
export interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

/** What is in them. */
export interface Tls extends TlsFiles {
  /** The end of the certificate of the chain that ends first; ms since 1970. */
  readonly endsMs: number
  /** The beginning of the one that begins last; ms since 1970. */
  readonly beginsMs: number
  /** What clients may refuse in the chain, in sentences. */
  readonly doubts: readonly string[]
}

/** @throws Failure file_unreadable, invalid_settings */
export function readTls(files: TlsFiles): Tls {
  const certificate = readSettingText(files.certificate, 'tls certificate:')
  const key = readSettingText(files.key, 'tls key:')
  const chain = chainOf(certificate, files.certificate)
  const parsedKey = privateKey(key, files.key)
  if (!chain[0].checkPrivateKey(parsedKey)) {
    throw new Failure('invalid_settings', `tls: the key in ${files.key} is not that of ${files.certificate}`)
  }
  const endsMs = Math.min(...chain.map(({ validTo }) => Date.parse(validTo)))
  const beginsMs = Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom)))
  const doubts = [...doubtsOfKey(parsedKey, files.key), ...doubtsOf(chain, files.certificate)]
  return { certificate, key, endsMs, beginsMs, doubts }
}

type Chain = readonly [X509Certificate, ...X509Certificate[]]

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

/** The certificate itself, and those behind it. */
function chainOf(text: string, path: string): Chain {
  const [, ...blocks] = text.split(BEGIN)
  const refuse = (what: string) => new Failure('invalid_settings', `tls certificate: ${path} ${what}`)
  const certificates = blocks.map((block, index) => {
    const end = block.indexOf(END)
    if (end < 0) throw refuse(`is cut short within its ${nth(index)} certificate`)
    try {
      return new X509Certificate(BEGIN + block.slice(0, end) + END)
    } catch {
      // what OpenSSL says of it helps nobody
      throw refuse(index === 0 ? NONE : `holds something else than a certificate in the place of its ${nth(index)} one`)
    }
  })
  const [first, ...others] = certificates
  if (first === undefined) throw refuse(NONE)
  return [first, ...others]
}

const NONE = 'does not hold a certificate in PEM'
const nth = (index: number): string => ['first', 'second', 'third'][index] ?? `${index + 1}th`

function privateKey(text: string, path: string) {
  try {
    return createPrivateKey(text)
  } catch (error) {
    const what = String(Reflect.get(Object(error), 'code')).endsWith('UNSUPPORTED_ALGORITHM')
      ? 'holds a private key of a kind that is not supported: RSA, ECDSA on P-256, P-384 or P-521, and Ed25519 are'
      : 'does not hold an unencrypted private key in PEM'
    throw new Failure('invalid_settings', `tls key: ${path} ${what}`)
  }
}

/** Browsers and the defaults of OpenSSL refuse RSA keys of fewer bits. */
const LEAST_RSA_BITS = 2048

function doubtsOfKey(key: KeyObject, path: string): string[] {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS
  return bits < LEAST_RSA_BITS
    ? [`the RSA key in ${path} has ${bits} bits: clients refuse fewer than ${LEAST_RSA_BITS}`]
    : []
}

function doubtsOf(chain: Chain, path: string): string[] {
  const doubts = chain.slice(1).flatMap((issuer, index) => {
    if (chain[index]!.checkIssued(issuer)) return []
    return [`the ${nth(index + 1)} certificate in ${path} is not the one that the ${nth(index)} was issued by`]
  })
  const last = chain.at(-1)!
  if (last.issuer === last.subject || isKnownRoot(last.issuer)) return doubts
  const missing = `the chain in ${path} ends with a certificate that ${nameOf(last.issuer)} issued, which is missing in it`
  return [...doubts, `${missing}: clients that do not know that issuer refuse it`]
}

const isKnownRoot = (name: string): boolean =>
  rootCertificates.some((root) => new X509Certificate(root).subject === name)

/** Its common name, or all of it in a line. */
const nameOf = (name: string): string => JSON.stringify(/^CN=(.*)$/m.exec(name)?.[1] ?? name.replaceAll('\n', ', '))
