/** The gateway's API as the commands use it: a refusal of the gateway is the same Failure that it threw. */
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { FAILURES, Failure, type FailureCode } from '../../errors/failure'
import { FailureBody } from '../../schema/failure'

const DEFAULT_API = 'http://127.0.0.1:8880'

export class ApiClient {
  private readonly base: string
  private readonly token: string | undefined

  /** @param environment `MELTICA_API` and `MELTICA_TOKEN`. */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.base = (environment.MELTICA_API || DEFAULT_API).replace(/\/+$/, '')
    this.token = environment.MELTICA_TOKEN || undefined
  }

  /** @throws Failure of the gateway, gateway_unreachable, unexpected_answer. */
  async call<T extends TSchema>(answer: T, method: string, path: string, body?: object): Promise<Static<T>> {
    const value: unknown = await (await this.send(method, path, body)).json()
    if (!Value.Check(answer, value)) throw this.unexpected(`${method} ${path} answered something else`)
    return value
  }

  /** For answers that are no JSON. @throws Failure as call. */
  async text(method: string, path: string): Promise<string> {
    return (await this.send(method, path)).text()
  }

  private async send(method: string, path: string, body?: object): Promise<Response> {
    const headers = {
      ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
      ...(body && { 'content-type': 'application/json' }),
    }
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const response = await fetch(this.base + path, request).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Failure('gateway_unreachable', `no gateway answers at ${this.base}: ${reason}`)
    })
    if (!response.ok) throw await this.refusal(response)
    return response
  }

  private async refusal(response: Response): Promise<Failure> {
    const value: unknown = await response.json().catch(() => undefined)
    if (!Value.Check(FailureBody, value)) return this.unexpected(`the answer was ${response.status}`)
    const { error, message, status: _status, hint: _hint, ...details } = value
    return new Failure(Object.hasOwn(FAILURES, error) ? (error satisfies FailureCode) : 'internal', message, details)
  }

  private unexpected(what: string): Failure {
    return new Failure('unexpected_answer', `${this.base} is no gateway of this version: ${what}`)
  }
}

/** The path of a module; the parts after it, as `tags`, `prod`, are encoded too. */
export function modulePath(selector: string, ...more: readonly string[]): string {
  return ['/strategies/modules', ...[selector, ...more].map(encodeURIComponent)].join('/')
}
