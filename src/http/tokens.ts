/** Access tokens as their file has them: random text, of which only the SHA-256 is kept. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { Value } from '@sinclair/typebox/value'
import { Failure } from '../errors/failure'
import { digestOf } from '../schema/digest'
import { fieldName, sentence } from '../schema/mismatch'
import { type TokenEntry, TokenFile } from '../schema/tokens'

/** How long a revoked token may live on. */
const LOOK_AGAIN_MS = 1000

/** Recognisable in a leak; 256 bits of chance need no slow hash. */
export const newToken = (): string => `mlt_${randomBytes(32).toString('base64url')}`

export const tokenHash = (token: string): string => digestOf(new TextEncoder().encode(token))

/** @throws Failure invalid_settings */
export function readTokens(path: string): TokenFile {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Failure('invalid_settings', `tokens ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  for (const error of Value.Errors(TokenFile, value)) {
    throw new Failure('invalid_settings', `tokens ${path}: ${fieldName(error.path) || 'the file'} ${sentence(error)}`)
  }
  return value as TokenFile
}

/** The tokens of a file; a change of the file is seen within a second, a broken file changes nothing. */
export class Tokens {
  private entries: readonly TokenEntry[]
  private seen: string
  private lookedAt = 0

  /** @param elapsed milliseconds that only go forward. @throws Failure invalid_settings */
  constructor(
    private readonly path: string,
    private readonly elapsed: () => number,
    private readonly complain: (message: string) => void,
  ) {
    this.entries = readTokens(path)
    this.seen = this.stamp()
    this.lookedAt = elapsed()
  }

  /** Looks at every entry whatever it finds, so that the time tells nothing. */
  find(token: string): TokenEntry | undefined {
    this.lookAgain()
    const hash = Buffer.from(tokenHash(token))
    let found: TokenEntry | undefined
    for (const entry of this.entries) {
      if (timingSafeEqual(Buffer.from(entry.hash), hash)) found = entry
    }
    return found
  }

  private lookAgain(): void {
    if (this.elapsed() - this.lookedAt < LOOK_AGAIN_MS) return
    this.lookedAt = this.elapsed()
    const stamp = this.stamp()
    if (stamp === this.seen) return
    this.seen = stamp
    try {
      this.entries = readTokens(this.path)
    } catch (error) {
      this.complain(`${error instanceof Error ? error.message : String(error)}; the earlier tokens stay`)
    }
  }

  private stamp(): string {
    const stat = statSync(this.path, { throwIfNoEntry: false })
    return stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : 'gone'
  }
}
