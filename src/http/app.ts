/** The gateway's HTTP side as one function from request to answer: edges first, then kept answers, then the routes. */
import type { Server } from 'bun'
import { Elysia } from 'elysia'
import { Failure } from '../errors/failure'
import type { Log } from '../telemetry/log'
import type { Traces } from '../telemetry/traces'
import type { Access } from './access'
import { rememberActor } from './actor'
import { rememberAdmission } from './admission'
import { createApi } from './api'
import { maxBodyBytes, readJson } from './body'
import { consolePage } from './console'
import { docs } from './docs'
import { insteadOf } from './gone'
import { Origins } from './origins'
import { invalidRequest } from './problems'
import { fault, refuse } from './refusal'
import { ResponseCache } from './response-cache'
import { needOf } from './roles'
import { Routes } from './routes'
import type { Services } from './services'
import { routable, type Target, targetOf } from './target'

export interface AppSettings {
  readonly access: Access
  readonly log: Log
  /** Allowed origins of web pages; `*`: any. */
  readonly cors: readonly string[]
  /** How long a body may take to arrive. */
  readonly bodyTimeoutMs: number
  /** A clock for durations, in ms. */
  readonly elapsed: () => number
  /** Undefined: nothing is traced. */
  readonly traces?: Traces
}

export interface App {
  /** @param server null for a call within the process. */
  fetch(request: Request, server: Server<unknown> | null): Response | Promise<Response>
}

export function createApp(services: Services, settings: AppSettings): App {
  const { access, log, elapsed } = settings
  const api = createApi(services)
  const routed = withEdges(settings)
    .use(api)
    .use(consolePage())
    .use(docs(async () => (await import('./document')).openapiDocument(api)))
  const routes = new Routes(routed.routes)
  const origins = new Origins(settings.cors, !access.isOpen)
  const answers = new ResponseCache()

  /** @param address of the client; undefined for a call within the process. */
  async function answer(request: Request, target: Target, address = 'local'): Promise<Response> {
    const { path } = target
    checkEncoding(target.text)
    origins.check(request, target.hostname)
    const known = routes.match(path)
    if (!known) throw new Failure('not_found', `no such path: ${path}`, {}, insteadOf(path))
    if (!known.methods.includes(request.method)) return refuseMethod(request, known.methods)
    if (request.method === 'OPTIONS') {
      const headers = { allow: known.methods.join(', '), ...origins.preflight(request, known.methods) }
      return new Response(null, { status: 204, headers })
    }
    const token = access.authorize(request, needOf(known.operationId(request.method)))
    known.checkQuery(request.method, target.query)
    const version = request.method === 'GET' && keepable(path) ? versionOf(services) : undefined
    const asRouted = routable(request, target)
    rememberActor(asRouted, token, address)
    rememberAdmission(asRouted, () => access.stillAdmits(request, 'read'))
    const response = await routed.fetch(asRouted)
    if (version === undefined) return response
    return answers.keep(target.text, version, known.pattern, response, holdsOf(services, path, elapsed))
  }

  async function routedFetch(request: Request, target: Target, server: Server<unknown> | null): Promise<Response> {
    const start = elapsed()
    const { path } = target
    const response = await answer(request, target, server?.requestIP(request)?.address).catch((error: unknown) =>
      error instanceof Failure ? refuse(error) : fault(error, `${request.method} ${path}`, log),
    )
    const route = routes.match(path)?.pattern ?? 'unknown'
    services.metrics.requestAnswered(request.method, route, response.status, (elapsed() - start) / 1000)
    return origins.share(request, response)
  }

  /** Counted as the others, of no route. */
  function refused({ method }: Request, failure: Failure): Response {
    services.metrics.requestAnswered(method, 'unknown', failure.status, 0)
    return refuse(failure)
  }

  /** What is kept has been asked for by reading; who may not read it is told so by the long way. */
  function answerKept(request: Request, { hostname, path, text }: Target): Response | undefined {
    const { method } = request
    if ((method !== 'GET' && method !== 'HEAD') || !keepable(path)) return undefined
    if (!services.isOpen || !origins.isTrustedHost(hostname)) return undefined
    const version = versionOf(services)
    if (!access.isOpen && !(answers.has(text, version) && access.admits(request, 'read'))) return undefined
    const start = elapsed()
    const kept = answers.find(text, version, request)
    if (kept === undefined) return undefined
    const response = origins.share(request, kept)
    services.metrics.requestAnswered(method, answers.routeOf(text), kept.status, (elapsed() - start) / 1000)
    return response
  }

  /** Calls that change something are traced: uploads and launches among them. */
  function traced(request: Request, target: Target, server: Server<unknown> | null): Promise<Response> {
    const { traces } = settings
    if (!traces || request.method === 'GET' || request.method === 'HEAD') return routedFetch(request, target, server)
    const route = routes.match(target.path)?.pattern ?? 'unknown'
    return traces.during(`${request.method} ${route}`, request.headers, async (span) => {
      const response = await routedFetch(request, target, server)
      const { method } = request
      span.note({ 'http.request.method': method, 'http.route': route, 'http.response.status_code': response.status })
      return response
    })
  }

  return {
    fetch(request, server) {
      const target = targetOf(request)
      if (target instanceof Failure) return refused(request, target)
      return answerKept(request, target) ?? traced(request, target, server)
    },
  }
}

/**
 * Reads bodies within bounds, and turns errors of any kind into refusals. `normalize: false`, or unknown fields would be
 * dropped in silence instead of refused.
 * Routes are compiled when they are first called: a start need not wait for all of them.
 */
const withEdges = ({ log, bodyTimeoutMs }: AppSettings) =>
  new Elysia({ normalize: false })
    .onParse(
      { as: 'global' },
      async ({ request, path }) => await readJson(request, { maxBytes: maxBodyBytes(path), timeoutMs: bodyTimeoutMs }),
    )
    .onError({ as: 'global' }, ({ code, error, path, query, request }) => {
      if (error instanceof Failure) return refuse(error)
      switch (code) {
        case 'PARSE':
          return error.cause instanceof Failure
            ? refuse(error.cause)
            : refuse(new Failure('malformed_json', 'the body cannot be read'))
        case 'VALIDATION':
          if (error.type !== 'response') return refuse(invalidRequest(error, query))
          break
        case 'NOT_FOUND':
          return refuse(new Failure('not_found', `no such path: ${path}`))
      }
      return fault(error, `${request.method} ${path}`, log)
    })

/** @throws Failure invalid_path for what does not decode to text, or holds a NUL. */
function checkEncoding(target: string): void {
  if (!target.includes('%')) return
  try {
    if (decodeURIComponent(target).includes('\0')) throw new Failure('invalid_path', 'the path holds a NUL')
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('invalid_path', 'the path is not percent-encoded UTF-8')
  }
}

function refuseMethod(request: Request, methods: readonly string[]): Response {
  const failure = new Failure('method_not_allowed', `${request.method} is not allowed here, ${methods.join(', ')} are`)
  return refuse(failure, { allow: methods.join(', ') })
}

/** The catalogue's answers depend on nothing but what the versions count, and a source on its file besides. */
const keepable = (path: string): boolean => path.startsWith('/strategies')

/** How long one look at a file serves: shorter than a client takes to change the file and to ask again. */
const LOOK_MS = 0.1

/** A source is answered again only while its file is the one that was read and checked. */
function holdsOf({ registry }: Services, path: string, elapsed: () => number): (() => boolean) | undefined {
  const name = /^\/strategies\/modules\/([^/]+)\/source\/?$/.exec(path)?.[1]
  if (name === undefined) return undefined
  const revision = registry.resolve(decodeURIComponent(name))
  let lookedMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = elapsed()
    if (nowMs - lookedMs < LOOK_MS) return true
    const held = registry.isAsRead(revision)
    if (held) lookedMs = nowMs
    return held
  }
}

/** Changes with whatever a kept answer may show. */
function versionOf(services: Services): string {
  return `${services.registry.version}.${services.instanceIndex.version}`
}
