/** Answers of the catalogue, kept until something changes: they are read far more often than they change. */

interface Answer {
  readonly body: Uint8Array
  readonly init: { readonly headers: Readonly<Record<string, string>> }
  /** The pattern of the path, for the metrics. */
  readonly route: string
}

/** What may be kept in all; the whole is let go when it would be more. */
const MAX_BYTES = 64 * 1024 * 1024

export class Answers {
  private readonly kept = new Map<string, Answer>()
  private version = ''
  private bytes = 0

  /** @param key path and query. @param version of what the answers were made from. */
  find(key: string, version: string): Answer | undefined {
    return version === this.version ? this.kept.get(key) : undefined
  }

  /** Keeps a 200 with a body; answers with what is to be sent in its place. @param version from before it was made. */
  async keep(key: string, version: string, route: string, response: Response): Promise<Response> {
    if (response.status !== 200) return response
    const body = await response.bytes()
    const headers = { 'content-type': response.headers.get('content-type') ?? 'application/json' }
    if (version !== this.version || this.bytes + body.length > MAX_BYTES) this.clear(version)
    if (body.length <= MAX_BYTES) {
      this.bytes += body.length - (this.kept.get(key)?.body.length ?? 0)
      this.kept.set(key, { body, init: { headers }, route })
    }
    return new Response(body, { headers })
  }

  private clear(version: string): void {
    this.kept.clear()
    this.bytes = 0
    this.version = version
  }
}
