/** The gateway over HTTP, as the commands use it: JSON both ways, every answer checked, every refusal thrown. */
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Failure } from '../../errors/failure'
import { errnoOf, reasonOf } from '../../files/reason'
import { Refusal, RefusalBody } from './refusal'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** The one on this machine. */
export const DEFAULT_API = 'http://127.0.0.1:8880'

export interface ClientOptions {
  /** Certificates in PEM, in the place of those that this machine trusts. */
  readonly ca?: string
  readonly signal?: AbortSignal
}

/** An event stream as it comes. */
export interface EventStream {
  readonly body: ReadableStream<Uint8Array>
  /** The id behind which it begins. */
  readonly position: string | undefined
}

export class ApiClient {
  private readonly base: string
  private readonly token: string | undefined

  /**
   * @param environment `MELTICA_API` and `MELTICA_TOKEN`.
   * @param options of every request: who may sign the gateway's certificate, and until when an answer is waited for.
   * @throws Failure usage.
   */
  constructor(
    { MELTICA_API, MELTICA_TOKEN }: Readonly<Record<string, string | undefined>>,
    private readonly options: ClientOptions = {},
  ) {
    this.base = baseOf(MELTICA_API || DEFAULT_API)
    this.token = MELTICA_TOKEN || undefined
  }

  /** @throws Failure of the gateway, gateway_unreachable, unexpected_answer. */
  async call<T extends TSchema>(answer: T, method: Method, path: string, body?: object): Promise<Static<T>> {
    const value = parsed(await this.text(method, path, body))
    if (!Value.Check(answer, value)) throw this.unexpected(`${method} ${path} answered something else`)
    return value
  }

  /** For answers that are no JSON. @throws Failure as call. */
  async text(method: Method, path: string, body?: object): Promise<string> {
    const { ok, status, text } = await this.exchange(method, path, body)
    if (ok) return text
    throw this.refusal(status, text, `${method} ${path}`)
  }

  /** For answers that are files. @throws Failure as call. */
  async bytes(path: string): Promise<Uint8Array> {
    const response = await fetch(this.base + path, { ...this.security(), headers: this.credentials() }).catch(
      (error: unknown) => {
        throw unreachable(this.base, error)
      },
    )
    if (response.ok) {
      return await response.bytes().catch((error: unknown) => {
        throw unreachable(this.base, error)
      })
    }
    throw this.refusal(response.status, await response.text(), `GET ${path}`)
  }

  /**
   * An event stream, from now on or from behind an event on.
   * @param after the id of the last event that was got.
   * @throws Failure as call.
   */
  async stream(path: string, signal: AbortSignal, after?: string): Promise<EventStream> {
    const headers = {
      ...this.credentials(),
      accept: 'text/event-stream',
      ...(after !== undefined && { 'last-event-id': after }),
    }
    const response = await fetch(this.base + path, { ...this.security(), headers, signal }).catch((error: unknown) => {
      throw unreachable(this.base, error)
    })
    if (response.ok && response.body && response.headers.get('content-type')?.startsWith('text/event-stream')) {
      return { body: response.body, position: response.headers.get('last-event-id') ?? after }
    }
    if (response.ok) throw this.unexpected(`GET ${path} is no event stream`)
    throw this.refusal(response.status, await response.text(), `GET ${path}`)
  }

  private credentials() {
    return this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }
  }

  private security() {
    return this.options.ca === undefined ? {} : { tls: { ca: this.options.ca } }
  }

  private async exchange(method: Method, path: string, body: object | undefined) {
    const headers = { ...this.credentials(), ...(body && { 'content-type': 'application/json' }) }
    try {
      const { signal } = this.options
      const response = await fetch(this.base + path, {
        ...this.security(),
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      })
      return { ok: response.ok, status: response.status, text: await response.text() }
    } catch (error) {
      throw unreachable(this.base, error)
    }
  }

  /** What an answer refuses, whoever has written it: the gateway, or what broke down in it or before it. */
  private refusal(status: number, text: string, what: string): Failure {
    const value = parsed(text)
    if (Value.Check(RefusalBody, value)) {
      if (value.error !== 'internal') return new Refusal(value)
      return new Refusal({ ...value, message: `the gateway at ${this.base} had a fault of its own: ${value.message}` })
    }
    const answered = `${what} was answered with ${status}`
    if (status < SERVER_FAULT) return this.unexpected(answered)
    const told = `${answered}${quoted(text)}`
    if (OF_PROXIES.has(status)) return new Failure('gateway_unreachable', `no gateway answers at ${this.base}: ${told}`)
    return new Refusal({ error: 'internal', message: `${this.base} had a fault of its own: ${told}`, hint: '' })
  }

  private unexpected(what: string): Failure {
    return new Failure('unexpected_answer', `${this.base} is no gateway of this version: ${what}`)
  }
}

/** The path of a module; the parts after it, as `tags`, `prod`, are encoded too. @throws Failure usage. */
export const modulePath = (selector: string, ...more: readonly string[]): string =>
  pathOf('/strategies/modules', 'in the catalogue', [selector, ...more])

/** @throws Failure usage. */
export const instancePath = (id: string, ...more: readonly string[]): string =>
  pathOf('/strategy/instances', 'among the instances', [id, ...more])

/** @throws Failure usage. */
export const providerPath = (name: string, ...more: readonly string[]): string =>
  pathOf('/providers', 'among the providers', [name, ...more])

function pathOf(base: string, where: string, parts: readonly string[]): string {
  const odd = parts.find((part) => /^\.{0,2}$/.test(part) || !part.isWellFormed())
  if (odd !== undefined) throw new Failure('usage', `${JSON.stringify(odd)} names nothing ${where}`)
  return [base, ...parts.map(encodeURIComponent)].join('/')
}

/** A path before ours is kept: a gateway may stand behind a proxy. */
function baseOf(address: string): string {
  const url = URL.parse(/^\w+:\/\//.test(address) ? address : `http://${address}`)
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Failure('usage', `${JSON.stringify(address)} is no address of a gateway: write it as ${DEFAULT_API}`)
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

function unreachable(base: string, error: unknown): Failure {
  const { code = '', message = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
  // what follows the first sentence is advice to programmers
  const cause = errnoOf(error) === undefined ? message.replace(/\. .*/s, '') : reasonOf(error)
  if (/CERT|SIGNED|VERIFY|ISSUER/.test(code))
    return new Refusal({
      error: 'gateway_unreachable',
      message: `the certificate of ${base} is not trusted: ${cause}`,
      hint: 'name a file with it, or with who signed it, in NODE_EXTRA_CA_CERTS, or by --ca of meltica context create',
    })
  return new Failure('gateway_unreachable', `no gateway answers at ${base}: ${cause}`)
}

const SERVER_FAULT = 500
/** Said by what stands before a gateway that it does not reach. */
const OF_PROXIES = new Set([502, 503, 504])
const MOST_QUOTED = 200

/** What a fault says for itself, if it is for people: not a page. */
function quoted(text: string): string {
  const words = text.trim().replace(/\s+/g, ' ')
  return words === '' || words.startsWith('<') ? '' : `: ${words.slice(0, MOST_QUOTED)}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
