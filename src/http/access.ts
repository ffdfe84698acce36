/** The gate: who calls, whether the role suffices, and how often. Without tokens whoever reaches the port may do everything. */
import { Failure } from '../errors/failure'
import { TokenBucket } from '../flow/token-bucket'
import type { RateLimit, TokenEntry } from '../schema/tokens'
import { type Need, suffices } from './roles'
import type { Tokens } from './tokens'

/** Whoever calls with a token. */
interface Holder {
  readonly entry: TokenEntry
  readonly bucket: TokenBucket
}

export class Access {
  private readonly holders = new Map<string, Holder>()

  /**
   * @param limit of each token that has none of its own.
   * @param elapsed milliseconds that only go forward.
   */
  constructor(
    private readonly tokens: Tokens | undefined,
    private readonly limit: RateLimit,
    private readonly elapsed: () => number,
  ) {}

  /** Nobody is asked for a token. */
  get isOpen(): boolean {
    return this.tokens === undefined
  }

  /**
   * @returns what is known of the token; undefined where none is needed.
   * @throws Failure unauthorized, forbidden, rate_limited
   */
  authorize(request: Request, need: Need): TokenEntry | undefined {
    if (this.tokens === undefined || need === 'open') return undefined
    const { entry, bucket } = this.holderOf(this.tokens, request)
    if (!suffices(entry.role, need)) {
      const message = `this call needs the role ${need}; the token ${entry.name} has the role ${entry.role}`
      throw new Failure('forbidden', message, { role: need })
    }
    const waitMs = bucket.take(this.elapsed())
    if (waitMs === 0) return entry
    const { perSecond } = entry.rateLimit ?? this.limit
    throw new Failure('rate_limited', `the token ${entry.name} may make ${perSecond} calls a second`, {
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    })
  }

  /** Whether the token that a call was made with may still do what it was for; counts as no call. */
  stillAdmits(request: Request, need: Need): boolean {
    if (this.tokens === undefined || need === 'open') return true
    try {
      return suffices(this.holderOf(this.tokens, request).entry.role, need)
    } catch (error) {
      if (error instanceof Failure) return false
      throw error
    }
  }

  /** As `authorize`; false where that throws. */
  admits(request: Request, need: Need): boolean {
    try {
      this.authorize(request, need)
      return true
    } catch (error) {
      if (error instanceof Failure) return false
      throw error
    }
  }

  private holderOf(tokens: Tokens, request: Request): Holder {
    const header = request.headers.get('authorization')
    if (header === null) throw new Failure('unauthorized', 'this call needs a token and none was sent')
    const token = /^Bearer +(\S+) *$/i.exec(header)?.[1]
    if (token === undefined) throw new Failure('unauthorized', 'the Authorization header is not "Bearer <token>"')
    const entry = tokens.find(token)
    if (!entry) throw new Failure('unauthorized', 'the token is not known: it is mistyped or revoked')
    const known = this.holders.get(entry.name)
    if (known?.entry === entry) return known
    const holder = { entry, bucket: this.bucketFor(entry, known) }
    this.holders.set(entry.name, holder)
    return holder
  }

  /** A token file that is read again fills nobody's bucket. */
  private bucketFor({ rateLimit }: TokenEntry, before: Holder | undefined): TokenBucket {
    const same = JSON.stringify(before?.entry.rateLimit) === JSON.stringify(rateLimit)
    return before && same ? before.bucket : new TokenBucket(rateLimit ?? this.limit)
  }
}
