/** Which pages of other origins may read answers or change anything. Without tokens a browser on this machine could. */
import { isIP } from 'node:net'
import { Failure } from '../errors/failure'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

export class Origins {
  private readonly names: ReadonlySet<string>

  /**
   * @param allowed as `https://console.example.org`; `*` stands for any.
   * @param anyName whether calls may come by any name of this machine: where each brings a token.
   */
  constructor(
    private readonly allowed: readonly string[],
    private readonly anyName: boolean,
  ) {
    this.names = new Set(allowed.filter((origin) => URL.canParse(origin)).map((origin) => new URL(origin).hostname))
  }

  /**
   * False for a name that whoever owns it could point at this machine, so that a page of theirs would be taken for ours
   * (DNS rebinding). Nobody can do so with an address, nor with a name without a dot.
   */
  isTrustedHost(hostname: string): boolean {
    if (this.anyName) return true
    const free = !hostname.includes('.') || isIP(hostname) !== 0 || hostname.endsWith('.localhost')
    return free || this.names.has(hostname) || this.allowed.includes('*')
  }

  /** Refuses a call by a name not known, and a change that a page of an origin not allowed asks for. @throws Failure origin_refused */
  check(request: Request, hostname: string): void {
    if (!this.isTrustedHost(hostname)) {
      throw new Failure('origin_refused', `calls by the name ${hostname} are not allowed without tokens`)
    }
    const origin = request.headers.get('origin')
    if (origin === null || SAFE.has(request.method) || this.allows(origin) || isOwn(origin, request)) return
    throw new Failure('origin_refused', `a page of ${origin} may not change anything here`)
  }

  /** Lets a page of an allowed origin read the answer. */
  share(request: Request, response: Response): Response {
    if (this.allowed.length === 0) return response
    const origin = request.headers.get('origin')
    if (origin === null || !this.allows(origin)) return response
    response.headers.set('access-control-allow-origin', origin)
    response.headers.set('access-control-expose-headers', 'etag, retry-after, last-event-id')
    response.headers.append('vary', 'origin')
    return response
  }

  /** The headers of the answer to a preflight; none for an origin that is not allowed. */
  preflight(request: Request, methods: readonly string[]): Record<string, string> {
    const origin = request.headers.get('origin')
    if (origin === null || !this.allows(origin)) return {}
    return {
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': 'authorization, content-type, if-match, if-none-match, last-event-id',
      'access-control-max-age': '600',
    }
  }

  private allows(origin: string): boolean {
    return this.allowed.includes(origin) || this.allowed.includes('*')
  }
}

/** Swagger UI of this very server. */
function isOwn(origin: string, request: Request): boolean {
  return URL.canParse(origin) && new URL(origin).host === request.headers.get('host')
}
