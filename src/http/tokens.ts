/** Access tokens: random text that names its owner; only the SHA-256 of it is ever kept. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { digestOf, hexOf, parseDigest } from '../schema/digest'
import type { TokenEntry } from '../schema/tokens'

/** How long a revoked token may live on. */
const LOOK_AGAIN_MS = 1000

/** Recognisable in a leak. */
const PREFIX = 'mlt_'
const SECRET_BYTES = 32
/** The length of the secret in base64url, and of the `_` before it. */
const TAIL_LENGTH = 44

/** 256 bits of chance need no slow hash. */
export function newToken(name: string): string {
  return `${PREFIX}${name}_${randomBytes(SECRET_BYTES).toString('base64url')}`
}

export function tokenHash(token: string): string {
  return digestOf(new TextEncoder().encode(token))
}

/** Where the tokens come from. */
export interface TokenSource {
  /** @returns undefined when they are as they were. */
  readIfChanged(): readonly TokenEntry[] | undefined
}

/** The tokens that are valid now. */
export class Tokens {
  private byName = new Map<string, { readonly entry: TokenEntry; readonly hash: Uint8Array }>()
  private lookedAtMs = 0
  private readonly digest = new Uint8Array(32)

  /**
   * @param elapsed milliseconds that only go forward.
   * @param complain when a changed source cannot be read: the tokens stay as they were.
   * @throws Failure of the source when it cannot be read at first.
   */
  constructor(
    private readonly source: TokenSource,
    private readonly elapsed: () => number,
    private readonly complain: (message: string) => void,
  ) {
    this.lookAgain()
  }

  get count(): number {
    return this.byName.size
  }

  /** A new token is known at once, a revoked one is forgotten within a second. */
  find(token: string): TokenEntry | undefined {
    if (this.elapsed() - this.lookedAtMs >= LOOK_AGAIN_MS) this.reload()
    const found = this.lookUp(token)
    if (found || !token.startsWith(PREFIX)) return found
    this.reload()
    return this.lookUp(token)
  }

  /** Looks at the source now. */
  reload(): void {
    try {
      this.lookAgain()
    } catch (error) {
      this.complain(`${error instanceof Error ? error.message : String(error)}; the tokens stay as they were`)
    }
  }

  private lookAgain(): void {
    this.lookedAtMs = this.elapsed()
    const entries = this.source.readIfChanged()
    if (entries === undefined) return
    this.byName = new Map(entries.map((entry) => [entry.name, { entry, hash: bytesOf(entry.hash) }]))
  }

  /** A name is no secret; whether the hash fits is told in the same time whatever it is. */
  private lookUp(token: string): TokenEntry | undefined {
    const known = this.byName.get(token.slice(PREFIX.length, -TAIL_LENGTH))
    Bun.SHA256.hash(token, this.digest)
    const same = timingSafeEqual(this.digest, known?.hash ?? NOBODY)
    return same ? known?.entry : undefined
  }
}

/** What an unknown name is compared with, so that it takes as long. */
const NOBODY = new Uint8Array(32)

function bytesOf(hash: string): Uint8Array {
  const digest = parseDigest(hash)
  return digest ? Uint8Array.fromHex(hexOf(digest)) : NOBODY
}
