/** A server that alerts are sent to: it keeps what it is told, and refuses, hangs or answers as a test wants it. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly text: string
  /** The JSON of the body; a test knows its shape. */
  readonly body: ReturnType<typeof JSON.parse>
}

type Answer = (request: Received) => Response | Promise<Response>

const ok = () => new Response('ok')

export class TestReceiver implements Disposable {
  readonly received: Received[] = []
  /** What it answers. */
  answer: Answer = ok
  private readonly server

  /** @param port of one before it; 0: any. */
  constructor(port = 0) {
    const { received } = this
    const answer = (request: Received) => this.answer(request)
    this.server = Bun.serve({
      port,
      hostname: '127.0.0.1',
      idleTimeout: 0,
      async fetch(request) {
        const text = await request.text()
        const { pathname: path } = new URL(request.url)
        const body = text.startsWith('{') ? JSON.parse(text) : undefined
        const one = { method: request.method, path, headers: request.headers, text, body }
        received.push(one)
        return await answer(one)
      },
    })
  }

  get port(): number {
    return this.server.port ?? 0
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** What all messages hold that it was sent as a webhook. */
  get alerts(): ReturnType<typeof JSON.parse>[] {
    return this.received.flatMap(({ body }) => body?.alerts ?? [])
  }

  [Symbol.dispose](): void {
    void this.server.stop(true)
  }
}

/** Never answers. */
export const hangs = (): Promise<Response> => Promise.withResolvers<Response>().promise
