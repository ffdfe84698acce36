/** Answers of the catalogue, kept until something changes: they are read far more often than they change. */
import { isAscii } from 'node:buffer'
import { hasAlready, notModified } from './etag'

interface Answer {
  /** A text where that is the same: it is sent faster. */
  readonly body: string | Uint8Array<ArrayBuffer>
  /** `Headers` rather than an object: copied in a fifth of the time. */
  readonly init: { readonly headers: Headers }
  readonly etag: string | null
  /** The pattern of the path, for the metrics. */
  readonly route: string
  /** Whether it still holds, where that depends on more than the version. */
  readonly holds: (() => boolean) | undefined
}

/** What may be kept in all, in bytes; the whole is let go when it would be more. */
const MAX_SIZE = 32 * 1024 * 1024

export class ResponseCache {
  private readonly kept = new Map<string, Answer>()
  private version = ''
  private size = 0

  has(key: string, version: string): boolean {
    return version === this.version && this.kept.has(key)
  }

  /**
   * @param key path and query.
   * @param version of what the answers were made from.
   * @param request whose If-None-Match counts where the answer has an ETag.
   */
  find(key: string, version: string, request: Request): Response | undefined {
    const answer = version === this.version ? this.kept.get(key) : undefined
    if (answer === undefined || answer.holds?.() === false) return undefined
    const { body, init, etag } = answer
    // the headers of a request are made when they are first asked for, which takes a tenth of the whole answer
    if (etag !== null && hasAlready(request.headers.get('if-none-match'), etag)) return notModified(etag)
    return new Response(body, init)
  }

  /** Keeps a 200 with a body; answers with what is to be sent in its place. @param version from before it was made. */
  async keep(
    key: string,
    version: string,
    route: string,
    response: Response,
    holds?: () => boolean,
  ): Promise<Response> {
    if (response.status !== 200) return response
    const bytes = await response.arrayBuffer()
    const body = isAscii(bytes) ? Buffer.from(bytes).toString('latin1') : new Uint8Array(bytes)
    const init = { headers: new Headers(response.headers) }
    if (version !== this.version || this.size + body.length > MAX_SIZE) this.clear(version)
    if (body.length <= MAX_SIZE) {
      this.size += body.length - (this.kept.get(key)?.body.length ?? 0)
      this.kept.set(key, { body, init, etag: init.headers.get('etag'), route, holds })
    }
    return new Response(body, init)
  }

  /** The pattern of the path of an answer that is kept, for the metrics. */
  routeOf(key: string): string {
    return this.kept.get(key)?.route ?? 'unknown'
  }

  private clear(version: string): void {
    this.kept.clear()
    this.size = 0
    this.version = version
  }
}
