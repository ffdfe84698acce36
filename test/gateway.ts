/** A real gateway for tests: a process of its own on a free port, over folders of its own that go away with it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callDirectly } from '../src/cli/api/direct'
import { PROGRAM } from './binary'
import { checkDocumented } from './documented'

// the gateways of tests are on this machine
callDirectly(process.env)

/** A gateway that has not stopped by then is ended. */
const STOP_MS = 5000
/** Between two questions whether something has come to be. */
const LONGEST_PAUSE_MS = 32

export interface GatewayOptions {
  /** A folder to use again, of an earlier gateway; it stays. */
  readonly folder?: string
  /** What runs it, in place of `PROGRAM`. */
  readonly command?: readonly string[]
  /** YAML of the configuration. */
  readonly config?: string
  /** More arguments of `serve`. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where the configuration says, in place of a free port. */
  readonly listensAsConfigured?: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The JSON, where it is JSON; a test knows its shape. */
  readonly body: ReturnType<typeof JSON.parse>
  readonly text: string
}

/** Starts one and waits until it is ready. Its folder holds `strategies`, `data` and `meltica.yaml`. */
export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const gateway = launchGateway(options)
  await gateway.ready
  return gateway
}

/** Starts one that may refuse to: `exited` and `stderr` tell. */
export function launchGateway(options: GatewayOptions = {}): TestGateway {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'meltica-'))
  mkdirSync(join(folder, 'strategies'), { recursive: true })
  writeFileSync(join(folder, 'meltica.yaml'), options.config ?? '')
  const address = options.listensAsConfigured ? [] : ['--listen', '127.0.0.1:0']
  const child = Bun.spawn([...(options.command ?? PROGRAM), 'serve', ...address, ...(options.args ?? [])], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...options.env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  return new TestGateway(child, folder, options.folder === undefined)
}

type Child = Bun.Subprocess<'ignore', 'pipe', 'pipe'>

export class TestGateway implements AsyncDisposable {
  /** Rejects when it ends before it listens. */
  readonly ready: Promise<void>
  /** What it printed so far. */
  stdout = ''
  stderr = ''
  private readonly streams: Promise<unknown>

  constructor(
    readonly child: Child,
    readonly folder: string,
    private readonly ownsFolder: boolean,
  ) {
    const listening = Promise.withResolvers<void>()
    this.ready = listening.promise
    this.ready.catch(() => undefined)
    const out = follow(child.stdout, (text) => {
      this.stdout += text
      if (/^listening on .*\n/.test(this.stdout)) listening.resolve()
    })
    const err = follow(child.stderr, (text) => {
      this.stderr += text
    })
    this.streams = Promise.all([out, err])
    void this.streams.then(() => listening.reject(new Error(`the gateway did not start: ${this.stderr}`)))
  }

  get url(): string {
    return /^listening on (\S+)/.exec(this.stdout)?.[1] ?? ''
  }

  /** The strategy home. */
  get home(): string {
    return join(this.folder, 'strategies')
  }

  /** @param body an object is sent as JSON. @throws Error when the status is not documented. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    checkDocumented(method, path, response.status)
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
    // it never comes to its end
    if (isStream) await response.body?.cancel()
    const text = isStream ? '' : await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== ''
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('GET', path, undefined, headers)
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.call('POST', path, body)
  }

  put(path: string, body?: unknown): Promise<Answer> {
    return this.call('PUT', path, body)
  }

  delete(path: string): Promise<Answer> {
    return this.call('DELETE', path)
  }

  /** Uploads and answers the module. @throws Error when it is refused. */
  async upload(
    source: string,
    fields: Record<string, unknown> = {},
  ): Promise<{ name: string; hash: string; path: string }> {
    const { status, text, body } = await this.post('/strategies/modules', { source, ...fields })
    if (status !== 201) throw new Error(`upload answered ${status}: ${text}`)
    return body.module
  }

  /** Waits until the answer is as wanted. */
  async until(path: string, wanted: (answer: Answer) => boolean): Promise<Answer> {
    // who asks more and more rarely leaves the machine to what is waited for
    for (let pauseMs = 2; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const answer = await this.get(path)
      if (wanted(answer)) return answer
      await Bun.sleep(pauseMs)
    }
  }

  /** Asks it to stop. @returns the exit status. */
  async stop(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal)
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS)
    await this.exited()
    clearTimeout(timer)
    return this.child.signalCode === null ? this.child.exitCode : null
  }

  /** Ends by itself. @returns the exit status, all that was printed read. */
  async exited(): Promise<number> {
    const status = await this.child.exited
    await this.streams
    return status
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    if (this.ownsFolder) rmSync(this.folder, { recursive: true, force: true })
  }
}

async function follow(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }))
}

/** A strategy with the given metadata that does nothing, or what its handlers say. */
export function strategySource(metadata: Readonly<Record<string, unknown>> = {}, handlers = ''): string {
  const full = {
    name: 'grid',
    tag: 'v1.0.0',
    displayName: 'Grid',
    description: '',
    config: [],
    events: ['Trade'],
    ...metadata,
  }
  return `module.exports = {\n  metadata: ${JSON.stringify(full)},\n  create(env) {\n    return { ${handlers} }\n  },\n}\n`
}
