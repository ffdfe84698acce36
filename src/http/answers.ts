/** Answers of the catalogue, kept until something changes: they are read far more often than they change. */

interface Answer {
  readonly body: string
  readonly init: { readonly headers: Readonly<Record<string, string>> }
  /** The pattern of the path, for the metrics. */
  readonly route: string
}

/** What may be kept in all, in UTF-16 units; the whole is let go when it would be more. */
const MAX_SIZE = 32 * 1024 * 1024

export class Answers {
  private readonly kept = new Map<string, Answer>()
  private hits = new Map<string, number>()
  private version = ''
  private size = 0

  has(key: string, version: string): boolean {
    return version === this.version && this.kept.has(key)
  }

  /**
   * @param key path and query.
   * @param version of what the answers were made from.
   */
  find(key: string, version: string): Response | undefined {
    const answer = version === this.version ? this.kept.get(key) : undefined
    if (answer === undefined) return undefined
    this.hits.set(answer.route, (this.hits.get(answer.route) ?? 0) + 1)
    return new Response(answer.body, answer.init)
  }

  /** Keeps a 200 with a body; answers with what is to be sent in its place. @param version from before it was made. */
  async keep(key: string, version: string, route: string, response: Response): Promise<Response> {
    if (response.status !== 200) return response
    const body = await response.text()
    const init = { headers: { 'content-type': response.headers.get('content-type') ?? 'application/json' } }
    if (version !== this.version || this.size + body.length > MAX_SIZE) this.clear(version)
    if (body.length <= MAX_SIZE) {
      this.size += body.length - (this.kept.get(key)?.body.length ?? 0)
      this.kept.set(key, { body, init, route })
    }
    return new Response(body, init)
  }

  /** How often each route was answered from here since the last time. */
  takeHits(): ReadonlyMap<string, number> {
    const { hits } = this
    this.hits = new Map()
    return hits
  }

  private clear(version: string): void {
    this.kept.clear()
    this.size = 0
    this.version = version
  }
}
