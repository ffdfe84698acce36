/** Digests: what a revision is called for ever (contract §1). */

/** `sha256:<64 hex digits>`, in lower case. */
export type Digest = `sha256:${string}`

const PREFIX = 'sha256:'
const WHOLE = /^(?:sha256:)?([0-9a-f]{64})$/i
const SHORTENED = /^(?:sha256:)?([0-9a-f]{12,64})$/i

export function digestOf(bytes: Uint8Array): Digest {
  return `${PREFIX}${new Bun.CryptoHasher('sha256').update(bytes).digest('hex')}`
}

/** With or without its prefix, in any case. */
export function parseDigest(text: string): Digest | undefined {
  const hex = WHOLE.exec(text)?.[1]
  return hex === undefined ? undefined : `${PREFIX}${hex.toLowerCase()}`
}

/** A whole digest or its first 12 digits or more. */
export function parseDigestPrefix(text: string): Digest | undefined {
  const hex = SHORTENED.exec(text)?.[1]
  return hex === undefined ? undefined : `${PREFIX}${hex.toLowerCase()}`
}

export function hexOf(digest: Digest): string {
  return digest.slice(PREFIX.length)
}
