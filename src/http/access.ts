/** Who may call what, and how often. Without tokens everybody on this machine may do everything. */
import { Failure } from '../errors/failure'
import { DEFAULT_LIMIT, ROLES, type Role, type TokenEntry } from '../schema/tokens'
import type { Tokens } from './tokens'

/** Open to all: they tell nothing of what is traded. */
const OPEN = /^\/(healthz|openapi\.json|docs(\/.*)?)$/
/** What can lose something for good, or sets up what holds secrets. */
const ADMIN = [
  ['DELETE', '/strategies/modules/:name'],
  ['POST', '/providers'],
  ['DELETE', '/providers/:name'],
]

export class Access {
  /** What each token has left, and when that was. */
  private readonly budgets = new Map<string, { left: number; atMs: number }>()

  /** @param elapsed milliseconds that only go forward. */
  constructor(
    private readonly tokens: Tokens | undefined,
    private readonly elapsed: () => number,
  ) {}

  /** Nobody is asked for a token. */
  get isOpen(): boolean {
    return this.tokens === undefined
  }

  /**
   * @param pattern the path's pattern, as `/providers/:name`.
   * @returns the token's name; undefined where none is needed.
   * @throws Failure unauthorized, forbidden, rate_limited
   */
  admit(request: Request, pattern: string): string | undefined {
    if (this.tokens === undefined || request.method === 'OPTIONS' || OPEN.test(pattern)) return undefined
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
    const entry = token === undefined ? undefined : this.tokens.find(token)
    if (!entry) throw new Failure('unauthorized', token === undefined ? 'no token was sent' : 'the token is not known')
    this.spend(entry)
    const needed = roleFor(request.method, pattern)
    if (ROLES.indexOf(entry.role) < ROLES.indexOf(needed)) {
      throw new Failure('forbidden', `the token ${entry.name} has the role ${entry.role}, this call needs ${needed}`)
    }
    return entry.name
  }

  /** A bucket that fills at the limit and holds a second's worth. */
  private spend({ name, limit = DEFAULT_LIMIT }: TokenEntry): void {
    const now = this.elapsed()
    const { left, atMs } = this.budgets.get(name) ?? { left: limit, atMs: now }
    const filled = Math.min(limit, left + ((now - atMs) / 1000) * limit)
    this.budgets.set(name, { left: Math.max(0, filled - 1), atMs: now })
    if (filled >= 1) return
    throw new Failure('rate_limited', `the token ${name} may make ${limit} calls a second`, { retryAfterSeconds: 1 })
  }
}

function roleFor(method: string, pattern: string): Role {
  if (method === 'GET' || method === 'HEAD') return 'read'
  return ADMIN.some(([of, path]) => of === method && path === pattern) ? 'admin' : 'operate'
}
